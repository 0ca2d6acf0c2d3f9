"""How far the judging in ``work`` has come, in a table that a crash of the server empties together with all of it.

The tables of ``work`` are unlogged. After a crash they are there and empty, and a table of no rows breaks no rule: a
step has to know that what it builds on is the work of the step before and not its ruins.
"""

from __future__ import annotations

import sqlalchemy as sa

from include.platform.causes import WorkLost

PREPARED = "prepared"
JUDGED = "judged"


def begin(connection: sa.Connection) -> None:
    """What is to be judged has been found."""
    connection.execute(sa.text("create unlogged table if not exists work.progress (step text not null)"))
    connection.execute(sa.text("truncate work.progress"))
    connection.execute(sa.text("insert into work.progress values (:step)"), {"step": PREPARED})


def advance(connection: sa.Connection) -> None:
    """All of it has been judged. Raises WorkLost where it was emptied meanwhile."""
    expect(connection, PREPARED, JUDGED)
    connection.execute(sa.text("update work.progress set step = :step"), {"step": JUDGED})


def abandon(connection: sa.Connection) -> None:
    """The tables of ``work`` are taken for something else."""
    connection.execute(sa.text("drop table if exists work.progress"))


def is_at(connection: sa.Connection, *steps: str) -> bool:
    """Whether the work in ``work`` is whole and has come to one of ``steps``."""
    if connection.scalar(sa.text("select to_regclass('work.progress')")) is None:
        return False
    return connection.scalar(sa.text("select step from work.progress")) in steps


def expect(connection: sa.Connection, *steps: str) -> None:
    """Raise WorkLost unless the work has come to one of ``steps``."""
    if not is_at(connection, *steps):
        raise WorkLost("The database restarted while rows were judged: they have to be judged again.")
