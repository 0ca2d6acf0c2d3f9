"""``python -m tests.equality NIGHTS SEED [filters]``: many nights, for an hour that has nothing else to do.

With ``filters`` each filter of a build in part is then taken away in turn, and what that does is printed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from include.platform import postgres
from tests.conftest import make_settings
from tests.equality.filters import report
from tests.equality.sequence import Sequence


def main(nights: int, seed: int, *, filters: bool) -> int:
    """Run the sequence and print what each night brought; 1 with the tables at fault where a night is not equal."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        settings = make_settings(Path(name) / "state")
        try:
            sequence = Sequence.begin(Path(name), settings, seed)
            for night in range(nights):
                begun, shown = time.monotonic(), len(sequence.log)
                faults = sequence.run(share=0.4 if night == 0 else 0.06, fails=night % 7 == 3)
                if night % 5 == 4:
                    faults += sequence.pass_a_day()
                print(*sequence.log[shown:], f"{time.monotonic() - begun:.0f} s", sep="; ", flush=True)
                if faults:
                    print("not equal:", *faults, sep="\n- ")
                    return 1
            print(f"{nights} nights equal", flush=True)
            if filters:
                found = report(sequence.settings, sequence.projects())
                print(*(f"{name}: {noticed}" for name, noticed in found.items()), sep="\n")
                print(len(found), "filters;", dict(Counter(noticed.split()[0] for noticed in found.values())))
        finally:
            postgres.stop(settings)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]), int(sys.argv[2]), filters="filters" in sys.argv[3:]))
