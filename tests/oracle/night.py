"""A night from empty: deliveries in order, duplicates, versions (``submission.md``: Delivery)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from tests.oracle import statements
from tests.oracle.indicators import by_item, headline, reported
from tests.oracle.judging import all_findings, judge
from tests.oracle.model import Delivery, Outcome, Version
from tests.oracle.registry import load_registry


def deliveries(inbox: Path) -> list[Delivery]:
    """What partners have finished writing, by modification time, then name."""
    found = []
    for folder in sorted(p for p in inbox.iterdir() if p.is_dir()):
        for path in folder.iterdir():
            ignored = path.name.startswith((".", "~$")) or path.name.endswith((".part", ".tmp"))
            if path.is_file() and not ignored:
                found.append((path.stat().st_mtime_ns, path.name, folder.name, path))
    return [Delivery(folder, name, path, path.read_bytes()) for _, name, folder, path in sorted(found)]


def evaluate(inbox: Path, registry: Path, as_of: dt.date) -> Outcome:
    """Everything one night from empty must come to."""
    facts = load_registry(registry)
    current: dict[tuple[str, str], Version] = {}
    submissions: list[tuple[Delivery, Version | None]] = []
    for delivery in deliveries(inbox):
        held = [v for (project, _), v in current.items() if project == delivery.project]
        if any(v.delivery.content == delivery.content for v in held):
            submissions.append((delivery, None))
            continue
        version = judge(delivery, facts, as_of)
        version.index = len(submissions)
        submissions.append((delivery, version))
        if version.status != "returned" and version.period is not None:
            current[(delivery.project, version.period)] = version
    for version in current.values():
        version.is_current = True
    statements.apply([version for _, version in submissions if version], facts, as_of)
    return Outcome(
        submissions=[_submission(delivery, version) for delivery, version in submissions],
        findings=[row for _, version in submissions if version for row in _findings(version)],
        headline=headline(list(current.values()), facts, as_of),
        references=_references([version for _, version in submissions if version]),
        periods=sorted({period for _, period in current}),
        reported=reported(list(current.values()), facts, as_of),
        items=by_item(list(current.values()), facts, as_of),
        current=list(current.values()),
        registry=registry,
        as_of=as_of,
    )


def _references(versions: list[Version]) -> dict[tuple[str, str], set[str]]:
    """The enterprises with a finding, by project and rule."""
    found: dict[tuple[str, str], set[str]] = {}
    for version in versions:
        for finding in all_findings(version):
            found.setdefault((version.project, finding.rule), set()).add(finding.enterprise)
    return found


def _submission(delivery: Delivery, version: Version | None) -> tuple[str, str, str, str, bool]:
    if version is None:
        return (delivery.project, delivery.file_name, "duplicate", "", False)
    critical = sorted(f.rule for f in all_findings(version) if f.severity == "critical" and not f.waived)
    first = critical[0] if critical else ""
    return (delivery.project, delivery.file_name, version.status, first, version.is_current)


def _findings(version: Version) -> list[tuple[str, str, str, str, str, str, str]]:
    return [
        (
            version.project,
            version.delivery.file_name,
            f.rule,
            f.severity,
            f.sheet,
            "" if f.row_number is None else str(f.row_number),
            f.column_name,
        )
        for f in all_findings(version)
    ]
