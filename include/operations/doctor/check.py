"""What a look at one thing comes to: whether it is well, what was seen, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from include.platform import causes

Level = Literal["ok", "warning", "fault"]

#: The next step after a check that could not be made.
_CRASHED = "This check could not be made: mend what it says, or report it with the words above."


@dataclass(frozen=True)
class Check:
    """One line of the doctor. ``next_step`` is empty where nothing has to be done."""

    name: str
    level: Level
    said: str
    next_step: str = ""


#: What one look yields: nothing where there is nothing to say, or several things.
Look = Callable[[], Iterable[Check] | Check | None]


def taken(name: str, look: Look) -> Iterator[Check]:
    """What the look yields. One that crashes is a fault with its reason: it has not been found well."""
    try:
        seen = look()
        yield from [seen] if isinstance(seen, Check) else list(seen or ())
    except Exception as error:
        said = " ".join(causes.harmless(error).split())
        yield Check(name, "fault", f"not looked at: {type(error).__name__}: {said}", _CRASHED)


def listed(names: Iterable[str], most: int = 5) -> str:
    """The first names, quoted as they need it for a line, and how many more there are."""
    everything = list(names)
    shown = ", ".join(repr(name)[1:-1] for name in everything[:most])
    return f"{shown} and {len(everything) - most} more" if len(everything) > most else shown
