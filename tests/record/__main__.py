"""``python -m tests.record NIGHTS SEED …``: many nights, each past state and each cause held against what was seen.

With ``--every 3`` every third night alone is made again at the end, and the last.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path

from include.platform import postgres
from tests.conftest import make_settings
from tests.record.causes import ORDER
from tests.record.sequence import RecordSequence


def main(nights: int, seeds: list[int], every: int) -> int:
    """Run the sequences and print what each night brought; 1 where a record is wrong, or a cause never came."""
    causes: Counter[str] = Counter()
    for seed in seeds:
        found = _run(nights, seed, every)
        if found is None:
            return 1
        causes.update(found)
    print("rows that changed, by cause:", ", ".join(f"{cause} {causes[cause]}" for cause in ORDER))
    if never := [cause for cause in ORDER if not causes[cause]]:
        print("never came:", ", ".join(never))
        return 1
    return 0


def _run(nights: int, seed: int, every: int) -> dict[str, int] | None:
    """Rows by cause; None where something was wrong, which is printed."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        settings = make_settings(Path(name) / "state")
        try:
            sequence = RecordSequence.of(Path(name), settings, seed, nights)
            for night in range(nights):
                begun, shown = time.monotonic(), len(sequence.log)
                wrong = sequence.run(share=0.4 if night == 0 else 0.08, fails=night % 7 == 3, compare=False)
                print(*sequence.log[shown:], f"{time.monotonic() - begun:.0f} s", sep="; ", flush=True)
                if wrong:
                    print("wrong:", *wrong, sep="\n- ", flush=True)
                    return None
            print(
                f"seed {seed}: {nights} nights are recorded as they were seen; {dict(sequence.audit.causes)}",
                flush=True,
            )
            return dict(sequence.audit.causes) if _made_again(sequence, every) else None
        finally:
            postgres.stop(settings)


def _made_again(sequence: RecordSequence, every: int) -> bool:
    """After all nights they, and what was signed, are made again from the archive, and are as they were kept."""
    nights = [seen.night_id for seen in sequence.audit.seen[::-every][::-1]]
    signed = [{"release": sequence.release}] if sequence.release else []
    for asked in [*({"night_id": one} for one in nights), *signed]:
        begun = time.monotonic()
        wrong = sequence.software.again(sequence.settings, **asked)
        same = "OTHERWISE" if wrong else "as it was"
        print(*asked.values(), f"again: {same}; {time.monotonic() - begun:.0f} s", *wrong, sep=" ", flush=True)
        if wrong:
            return False
    return True


if __name__ == "__main__":
    asked = argparse.ArgumentParser(prog="python -m tests.record")
    asked.add_argument("nights", type=int)
    asked.add_argument("seeds", type=int, nargs="+")
    asked.add_argument("--every", type=int, default=1)
    given = asked.parse_args()
    raise SystemExit(main(given.nights, given.seeds, given.every))
