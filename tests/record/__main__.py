"""``python -m tests.record NIGHTS SEED``: many nights, each past state and each cause held against what was seen."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from include.platform import postgres
from include.reproduction.reproduce import reproduce
from tests.conftest import make_settings
from tests.equality.sequence import Sequence


def main(nights: int, seed: int) -> int:
    """Run the sequence and print what each night brought; 1 where the record of a night is wrong."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        settings = make_settings(Path(name) / "state")
        try:
            sequence = Sequence.begin(Path(name), settings, seed)
            sequence.by_office = True
            for night in range(nights):
                begun, shown = time.monotonic(), len(sequence.log)
                wrong = sequence.run(share=0.4 if night == 0 else 0.08, fails=night % 7 == 3, compare=False)
                print(*sequence.log[shown:], f"{time.monotonic() - begun:.0f} s", sep="; ", flush=True)
                if wrong:
                    print("wrong:", *wrong, sep="\n- ")
                    return 1
            if not _reproduced(sequence):
                return 1
        finally:
            postgres.stop(settings)
    print(f"{nights} nights are recorded as they were seen; rows by cause: {dict(sequence.audit.causes)}")
    return 0


def _reproduced(sequence: Sequence) -> bool:
    """After all nights each of them, and what was signed, is made again from the archive, and is as it was kept."""
    asked: list[dict[str, str]] = [{"night_id": seen.night_id} for seen in sequence.audit.seen]
    for one in [*asked, {"release": str(sequence.release)}]:
        begun = time.monotonic()
        done = reproduce(sequence.settings, **one)
        same = "as it was" if done.is_equal else "OTHERWISE"
        print(f"{done.night.night_id} again: {same}; {time.monotonic() - begun:.0f} s", flush=True)
        if not done.is_equal:
            print(*(line for one in done.comparisons for line in one.shown), sep="\n")
            return False
    return True


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]), int(sys.argv[2])))
