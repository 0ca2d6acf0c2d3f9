"""Nights that meet: two started at once, one that is not done when the next begins."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from tests.faults.killing import STEPS
from tests.faults.trial import Base

#: The late night is at one of these, with its deliveries taken.
AFTER_LANDING = STEPS[STEPS.index("land_deliveries") + 1 :]


def two_at_once(base: Base, rng: random.Random, number: int) -> str:
    """Both come to an end, and what they did is what one would have done."""
    with base.trial(f"twice-{number}") as trial, trial.watched():
        both = [trial.begin(f"twin-{twin}") for twin in (1, 2)]
        for victim in both:
            status, said = victim.end()
            assert status == 0, said
        assert trial.differences() == []
        assert [status for _, status, _ in trial.nights()[-2:]] == ["succeeded", "succeeded"]
    return "two nights started at once"


def overlapping(base: Base, rng: random.Random, number: int) -> str:
    """While a late night is at work, deliveries of another project arrive and the next night begins."""
    step = rng.choice(AFTER_LANDING)
    with base.trial(f"overlap-{number}") as trial, trial.watched(nights=2):
        late = trial.begin("late", inbox=_all_but_one(Path(trial.settings.inbox), base.folder / f"inbox-{number}"))
        assert late.wait_for(step)
        following = trial.begin("following")
        for victim in (late, following):
            status, said = victim.end()
            assert status == 0, f"{step}: {said}"
        assert trial.differences() == [], step
    return f"the next night began while one was at {step}"


def _all_but_one(inbox: Path, copy: Path) -> Path:
    """The inbox before one of the projects delivered what it delivers tonight."""
    shutil.copytree(inbox, copy)
    last = max(folder for folder in copy.iterdir() if folder.is_dir())
    shutil.rmtree(last)
    return copy
