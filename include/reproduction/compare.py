"""Figures made again beside those that were kept, cell for cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from psycopg import sql

from include.platform import database
from include.platform.copying import driver_connection
from include.platform.settings import Settings
from include.platform.statements import beside
from include.reproduction.past import PastNight
from include.stage6_publication.history import RECORDED, SINCE

_SQL = beside(__file__)
#: The marts whose past is kept.
MARTS = ("kpi_headline", "counted_row")
#: Rows of a mart that are told one by one.
_SHOWN = 20


@dataclass(frozen=True)
class Comparison:
    """A mart as it was kept and as it was made again: rows kept, rows that differ, and some of them in words."""

    mart: str
    rows: int
    differing: int
    shown: list[str] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        return self.differing == 0


def with_history(settings: Settings, scratch: Settings, night: PastNight) -> list[Comparison]:
    """Compare the scratch warehouse's marts with their history as it stood after ``night``."""
    return [_compare(settings, scratch, mart, f"{mart}_history", night.night_id) for mart in MARTS]


def with_release(settings: Settings, scratch: Settings, release: str) -> Comparison:
    """Compare the scratch warehouse's headline with the figures that were signed."""
    return _compare(settings, scratch, "kpi_headline", "release_figure", release)


def begins_later(connection: sa.Connection, night: PastNight) -> Any:
    """Night and load date the history of figures begins with, where it is not there for ``night``; else None."""
    return connection.execute(_SQL("begins_later"), {"night_id": night.night_id}).one_or_none()


def _compare(settings: Settings, scratch: Settings, mart: str, kept: str, moment: str) -> Comparison:
    """``kept`` is the warehouse's table, ``moment`` the night or the release whose rows of it are meant."""
    role = "transformer"
    with database.connected(settings, role) as then, database.transaction(scratch, role) as again:
        columns = _common(then, again, mart, kept)
        _carry(then, again, columns, kept, moment)
        of_release = kept == "release_figure"
        return _result(again, mart, columns, moment if of_release else None)


def _common(then: sa.Connection, again: sa.Connection, mart: str, kept: str) -> dict[str, str]:
    """The columns both have, but since when a row stands -> the type they were kept with."""
    there = then.execute(_SQL("columns"), {"table": f"marts.{kept}"}).tuples()
    here = {name for name, _ in again.execute(_SQL("columns"), {"table": f"marts.{mart}"}).tuples()}
    return {name: type_ for name, type_ in there if name in here - SINCE.keys()}


def _carry(then: sa.Connection, again: sa.Connection, columns: dict[str, str], kept: str, moment: str) -> None:
    """Bring the kept rows into the scratch database, as ``pg_temp.kept``."""
    again.execute(sa.text("drop table if exists pg_temp.kept"))
    described = ", ".join(f'"{name}" {type_}' for name, type_ in columns.items())
    again.execute(sa.text(f"create temporary table kept ({described})"))
    query = _SQL.text(
        "signed" if kept == "release_figure" else "stood", table=f"marts.{kept}", columns=_named("h", columns)
    )
    out = sql.SQL("copy ({}) to stdout (format binary)").format(
        sql.SQL(query.replace(":moment", "{moment}")).format(moment=sql.Literal(moment))
    )
    into = sql.SQL("copy pg_temp.kept from stdin (format binary)")
    with (
        driver_connection(then).cursor() as reader,
        driver_connection(again).cursor() as writer,
        reader.copy(out) as rows,
        writer.copy(into) as sink,
    ):
        for chunk in rows:
            sink.write(chunk)


def _result(again: sa.Connection, mart: str, columns: dict[str, str], release: str | None) -> Comparison:
    key = RECORDED[mart]
    pieces = {
        "mart": f"marts.{mart}",
        "same": " and ".join(f'k."{name}" = m."{name}"' for name in key),
        "kept": _named("k", columns),
        "made": _named("m", columns),
        "within": "period = split_part(:release, '/', 1)" if release else "cast(:release as text) is null",
    }
    values = {"release": release}
    rows = again.scalar(sa.text("select count(*) from pg_temp.kept")) or 0
    differing = again.scalar(_SQL("differing", **pieces), values) or 0
    shown = again.execute(_SQL("shown", **pieces), {**values, "most": _SHOWN}).tuples().all() if differing else []
    return Comparison(mart, rows, differing, [_in_words(key, then, now) for then, now in shown])


def _in_words(key: Sequence[str], then: dict[str, Any] | None, now: dict[str, Any] | None) -> str:
    named = " ".join(str((then or now or {})[name]) for name in key)
    if then is None:
        return f"{named}: made again, and not kept"
    if now is None:
        return f"{named}: kept, and not made again"
    cells = (f"{name} {then[name]}, now {now[name]}" for name in then if then[name] != now[name])
    return f"{named}: {'; '.join(cells)}"


def _named(alias: str, columns: dict[str, str]) -> str:
    return ", ".join(f'{alias}."{name}"' for name in columns)
