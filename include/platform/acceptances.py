"""What the operator says is meant, for one night: that a registry forgets, that verdicts turn.

``make nightly`` reads it from its own environment and sends it with the night. Airflow's processes have environments
too, which last, so a task believes the night's row in ``ops.night`` alone.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import sqlalchemy as sa

from include.platform.errors import UsageError
from include.platform.tables import night

REGISTRY = "registry"
REVERSALS = "reversals"

#: What may be accepted -> the variable that says so; the conf of a DAG run has the same name in lower case.
VARIABLES = {REGISTRY: "ACCEPT_REGISTRY", REVERSALS: "ACCEPT_REVERSALS"}
_YES = "yes"


def conf_from_environment(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The part of a night's conf that says what is meant.

    Raises UsageError for anything but ``yes``: a word that might mean no is no consent.
    """
    conf = {}
    for variable in VARIABLES.values():
        said = environment.get(variable, "").strip()
        if said and said != _YES:
            raise UsageError(f"{variable} is either yes or not given, not {said!r}.")
        if said:
            conf[variable.lower()] = _YES
    return conf


def of_conf(conf: Mapping[str, object]) -> tuple[str, ...]:
    """What the conf of a DAG run accepts."""
    return tuple(what for what, variable in VARIABLES.items() if conf.get(variable.lower()) == _YES)


def is_accepted(connection: sa.Connection, night_id: str, what: str) -> bool:
    """Whether that night was begun with the word that ``what`` is meant."""
    accepts = connection.scalar(sa.select(night.c.accepts).where(night.c.night_id == night_id))
    return what in (accepts or ())
