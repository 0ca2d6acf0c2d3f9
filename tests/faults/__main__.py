"""``python -m tests.faults KILLS SEED [FIRST]``: so many kills at random instants, then every other fault once.

More than half of them disturb a night that Airflow runs, with its services on.

For an hour that has nothing else to do. Each kill is drawn from the seed and its number alone; instants follow the
durations that the undisturbed night had here. FIRST is the number to begin with.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.clock import clock_put_back
from tests.faults.disk import NotAllowed, full_disk
from tests.faults.killing import KILLS, cut_connections, stop_server
from tests.faults.overlap import overlapping, two_at_once
from tests.faults.services import DISTURBANCES, through_airflow
from tests.faults.trial import Base

OTHERS = (cut_connections, stop_server, two_at_once, overlapping, clock_put_back, full_disk)


def main(kills: int, seed: int, first: int = 0) -> int:
    """Try them and print each; 1 with the reasons where one does not hold."""
    every = (*KILLS, *(through_airflow(disturbance) for disturbance in DISTURBANCES))
    faults = [every[number % len(every)] for number in range(kills)] + list(OTHERS)
    broken, tried = [], 0
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        base = Base.make(Path(name))
        for number, fault in list(enumerate(faults))[first:]:
            rng, begun = random.Random(seed * 10_000 + number), time.monotonic()
            try:
                said = fault(base, rng, number)
                tried += 1
            except NotAllowed as reason:
                said = f"not tried: {reason}"
            except Exception as error:
                said = f"NOT AS IT HAS TO BE: {type(error).__name__}: {error}"
                broken.append(f"{number}: {fault.__name__}: {said}")
            print(f"{number:4} {fault.__name__}: {said} ({time.monotonic() - begun:.0f} s)", flush=True)
    print(*(broken or [f"{tried} faults, every figure as after an undisturbed night"]), sep="\n")
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main(*(int(argument) for argument in sys.argv[1:])))
