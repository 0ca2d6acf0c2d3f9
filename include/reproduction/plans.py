"""What a process that makes past nights again is told: each night with the deliveries it takes, in a file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from include.platform import secrets
from include.platform.statements import beside

#: Gives the row of a night made again what the night said of itself.
SET_MOMENTS = beside(__file__)("set_moments")
_TIMES = ("modified_at", "received_at")


@dataclass(frozen=True)
class PlannedNight:
    """A past night to be made again; ``deliveries`` are rows of ``ops.submission``."""

    night_id: str
    as_of: date
    registry_sha256: str
    deliveries: Sequence[Mapping[str, Any]]
    #: columns of ``ops.night`` that say when it was and what it was told, where it is to be as it was
    moments: Mapping[str, Any] = field(default_factory=dict)


def write(path: Path, kept: Path, nights: Sequence[PlannedNight]) -> None:
    """Write a plan of nights whose registries are kept in the archive ``kept``."""
    plan = {"kept": str(kept), "nights": [asdict(one) for one in nights]}
    secrets.write_private(path, json.dumps(plan, default=str))


def read(path: Path) -> tuple[Path, list[PlannedNight]]:
    """The archive and the nights of a plan."""
    plan = json.loads(path.read_text("utf-8"))
    return Path(plan["kept"]), [_night(one) for one in plan["nights"]]


def _night(planned: dict[str, Any]) -> PlannedNight:
    deliveries = [
        {**row, **{name: datetime.fromisoformat(row[name]) for name in _TIMES}} for row in planned["deliveries"]
    ]
    return PlannedNight(**{**planned, "as_of": date.fromisoformat(planned["as_of"]), "deliveries": deliveries})
