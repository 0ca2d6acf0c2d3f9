"""A clock that was wrong: the nights of before seem to lie in the future."""

from __future__ import annotations

import random

import sqlalchemy as sa

from include.platform import database, postgres
from include.platform.settings import Settings
from tests.faults.trial import Base


def clock_put_back(base: Base, _rng: random.Random, number: int) -> str:
    """The night that runs now is the last one all the same, and its load date the one that counts."""
    with base.trial(f"clock-{number}") as trial:
        postgres.ensure_running(trial.settings)
        put_into_the_future(trial.settings)
        trial.rerun("put-back")
        assert trial.differences() == []
        assert trial.nights()[-1][:2] == ("put-back", "succeeded")
    return "the clock was put back by 400 days"


def put_into_the_future(settings: Settings) -> None:
    """As if the clock had been fast until now. Another load date shows which night is taken for the last one."""
    engine = database.engine(settings, "loader")
    with engine.begin() as connection:
        connection.execute(
            sa.text("update ops.night set started_at = started_at + interval '400 days', as_of = as_of - 400")
        )
        connection.execute(sa.text("update ops.submission set received_at = received_at + interval '400 days'"))
    engine.dispose()
