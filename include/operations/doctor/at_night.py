"""The quick part of the doctor's round, which a night makes at its beginning."""

from __future__ import annotations

import logging

import sqlalchemy as sa

from include.operations.doctor.check import Check, taken
from include.operations.doctor.inbox import look_at_inbox
from include.operations.doctor.keys import look_at_keys
from include.operations.doctor.machine import look_at_clock, look_at_disks
from include.platform import causes, nights
from include.platform.settings import Settings

log = logging.getLogger(__name__)

STEP = "load_registry"


def look_around(settings: Settings, engine: sa.Engine, night_id: str) -> None:
    """Note what is not well as warnings of the night; nothing it finds or fails at stops the night.

    ``engine`` is the loader's, after the registry was loaded. Only what a moment shows is looked at: folders of the
    inbox but not what is in them, disks, clock, keys. What the inbox has that nobody takes is told by landing.
    """
    try:
        with engine.connect() as connection:
            projects = set(connection.scalars(sa.text("select project_code from registry.projects")))
        looks = {
            "inbox": lambda: look_at_inbox(settings, projects, engine, deep=False),
            "disk": lambda: look_at_disks(settings),
            "clock": lambda: look_at_clock(engine),
            "keys": lambda: look_at_keys(settings, engine),
        }
        checks: list[Check] = [check for name, look in looks.items() for check in taken(name, look)]
        with engine.begin() as connection:
            for check in checks:
                if check.level == "fault" or (check.level == "warning" and check.name != "inbox"):
                    nights.warn(connection, night_id, STEP, f"{check.said}. {check.next_step}", check.name)
    except Exception as error:
        log.warning("the night could not look around: %s", causes.harmless(error))
