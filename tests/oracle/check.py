"""An outcome beside the expected files of a sample programme."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

from tests.oracle.contract import read_csv
from tests.oracle.model import Outcome

#: The only figures that need not be equal to the last digit.
EUROS = ("volume_change_real_eur", "volume_change_nominal_eur")


def differences(outcome: Outcome, expected: Path) -> list[str]:
    """Every cell in which the outcome and the expected files differ."""
    lines = _rows("submission", [(*s[:4], str(s[4])) for s in outcome.submissions], expected / "submission.csv")
    # what is expected of the samples leaves out what compares a delivery with others
    lines += _rows("finding", [f for f in outcome.findings if f[2] not in ("X02", "X03")], expected / "finding.csv")
    wanted = {
        (r["period"], r["scope_type"], r["scope_code"], r["kpi"]): r for r in read_csv(expected / "kpi_headline.csv")
    }
    got = {(h.period, h.scope_type, h.scope_code, h.kpi): h for h in outcome.headline}
    lines += [f"headline missing {key}" for key in wanted.keys() - got.keys()]
    lines += [f"headline not expected {key}" for key in got.keys() - wanted.keys()]
    for key in sorted(wanted.keys() & got.keys()):
        for name in ("claimed", "valid", "unique_value", "evidenced"):
            text, value = wanted[key][name], getattr(got[key], name)
            tolerance = Decimal("0.01") if key[3] in EUROS else 0
            same = value is None if text == "" else value is not None and abs(value - Decimal(text)) <= tolerance
            if not same:
                lines.append(f"headline {key} {name}: {value} instead of {text or 'empty'}")
    return lines


def _rows(name: str, got: list[tuple], path: Path) -> list[str]:
    wanted = Counter(tuple(r.values()) for r in read_csv(path))
    found = Counter(got)
    return [f"{name} missing {r}" for r in wanted - found] + [f"{name} not expected {r}" for r in found - wanted]
