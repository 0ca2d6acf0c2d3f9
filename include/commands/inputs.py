"""What a night is about to work on: said before it begins, and refused where there is no registry."""

from __future__ import annotations

from pathlib import Path

from include.commands.told import console
from include.platform import acceptances, inputs
from include.platform.settings import Settings, ensure_state


def check_inputs(settings: Settings) -> None:
    """Say STATE, INBOX, REGISTRY and the warehouse in use; make the default inbox where there is none.

    Raises UsageError where a word of acceptance is not one, the registry is missing, or it is the demonstration's in a
    warehouse that has known another.
    """
    from include.demonstration import place

    acceptances.conf_from_environment()
    inputs.check_registry(settings)
    is_demonstration = place.is_demonstration(settings)
    if is_demonstration:
        place.check_warehouse(settings)
    ensure_state(settings)
    if settings.inbox == str(settings.state / "inbox"):
        Path(settings.inbox).mkdir(exist_ok=True)
    for line in inputs.lines(settings, "   (the demonstration's)" if is_demonstration else ""):
        console.print(line, soft_wrap=True, markup=False)
