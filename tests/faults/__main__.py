"""``python -m tests.faults KILLS SEED``: as many kills at random instants, for an hour that has nothing else to do."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.killing import FAULTS
from tests.faults.trial import Base


def main(kills: int, seed: int) -> int:
    """Try them and print each; 1 with the reasons where one does not hold."""
    broken = []
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        base = Base.make(Path(name))
        for number in range(kills):
            fault = list(FAULTS)[number % len(FAULTS)]
            rng, begun = random.Random(seed * 10_000 + number), time.monotonic()
            try:
                said = FAULTS[fault](base, rng, number)
            except AssertionError as error:
                said = f"NOT AS IT HAS TO BE: {error}"
                broken.append(f"{number}: {fault}: {said}")
            print(f"{number:4} {fault}: {said} ({time.monotonic() - begun:.0f} s)", flush=True)
    print(*(broken or [f"{kills} faults, every figure as after an undisturbed night"]), sep="\n")
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]), int(sys.argv[2])))
