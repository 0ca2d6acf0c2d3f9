"""What was published when: each stretch in which a figure, or a row that counts, stood unchanged.

``marts.<mart>_history`` has the mart's columns and the nights between which the row stood. It is written in the
transaction of the switch, from the rows that the switch changes: a quiet night adds none, and the rows without
``until_night`` are those of the mart. Of figures it is a table. Rows that count are many, and are kept once: each row
of the mart says since when it stands, those that ended together are one value, and the history is a view of both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from include.platform.errors import PlatformError
from include.platform.statements import beside

#: The marts whose past is kept, and the columns that tell their rows apart: not their key, which may be made otherwise.
RECORDED = {
    "kpi_headline": ("period", "scope_type", "scope_code", "kpi"),
    "counted_row": ("period", "kpi", "submission_id", "row_number", "project_code"),
}
#: Schema ``marts`` holds these beside what dbt builds (``platform/record_tables``); publication never drops them.
TABLES = {"kpi_headline_history", "counted_row_ended"}

#: What the rows of a mart that ended together are kept by, where the mart's rows say since when they stand.
_TOGETHER = {"counted_row": ("period", "project_code")}

#: What such a row says, and the parameter of the publication that brings it.
SINCE = {"from_night": ":night_id", "from_as_of": "cast(:as_of as date)"}

_SQL = beside(__file__)


class HistoryBroken(PlatformError):
    """The history is not that of the mart."""


@dataclass(frozen=True)
class Publication:
    """The night that publishes."""

    night_id: str
    as_of: date


@dataclass(frozen=True)
class Mart:
    """A recorded mart with its columns (name -> type)."""

    name: str
    columns: Mapping[str, str]

    @property
    def key(self) -> tuple[str, ...]:
        return RECORDED[self.name]

    @property
    def history(self) -> str:
        return f"marts.{self.name}_history"

    @property
    def is_kept_together(self) -> bool:
        return self.name in _TOGETHER

    @property
    def since(self) -> Mapping[str, str]:
        """Columns that publication fills in -> what it fills in; they are no part of what is compared."""
        return SINCE if self.is_kept_together else {}

    #: Temporary tables of the rows a switch takes away and brings; a changed row is in both.
    @property
    def gone(self) -> str:
        return f"pg_temp.gone_{self.name}"

    @property
    def come(self) -> str:
        return f"pg_temp.come_{self.name}"

    @property
    def named(self) -> str:
        return ", ".join(f'"{column}"' for column in self.columns)


def begin(connection: sa.Connection, mart: Mart, standing: Mapping[str, str] | None, *, anew: bool) -> None:
    """Make the history fit the mart, and places for the rows that the switch will change.

    Called before the mart takes its candidate's shape; ``standing`` are its columns until then, None where there is no
    mart yet. ``anew`` says that the mart is to be made anew: all its rows go. Where a mart was published before its
    past was kept, the past begins with what stands.
    """
    for place in (mart.gone, mart.come):
        connection.execute(
            sa.text(
                f"create temporary table {place.removeprefix('pg_temp.')} on commit drop as "
                f'select {mart.named} from candidate_marts."{mart.name}" with no data'
            )
        )
    if mart.is_kept_together:
        if standing != mart.columns:
            connection.execute(sa.text(f"drop view if exists {mart.history} cascade"))
    else:
        _fit_columns(connection, mart)
        if standing and not connection.scalar(sa.text(f"select exists (select from {mart.history})")):
            _begin_with_what_stands(connection, mart, standing)
    if anew and standing:
        shared = [(f'"{name}"', type_) for name, type_ in mart.columns.items() if name in standing]
        into, cast = (
            ", ".join(name for name, _ in shared),
            ", ".join(f"cast({name} as {type_})" for name, type_ in shared),
        )
        connection.execute(sa.text(f'insert into {mart.gone} ({into}) select {cast} from marts."{mart.name}"'))


def write(connection: sa.Connection, mart: Mart, publication: Publication) -> None:
    """End the stretches of the rows in ``mart.gone`` and begin those in ``mart.come``.

    Rows that the same night published before are as though it had not. Raises HistoryBroken where the history of
    figures does not come out as the mart.
    """
    night = {"night_id": publication.night_id, "as_of": publication.as_of}
    if mart.is_kept_together:
        by = _TOGETHER[mart.name]
        order = ", ".join(f'"{column}"' for column in mart.key)
        columns = [column for column in mart.columns if column not in (*by, *mart.since)]
        pieces = {
            "ended": f"marts.{mart.name}_ended",
            "by": ", ".join(by),
            "columns": ", ".join(f"'{column}', array_agg(\"{column}\" order by {order})" for column in columns),
            "gone": mart.gone,
        }
        connection.execute(_SQL("end_together", **pieces), night)
        if not connection.scalar(sa.text("select to_regclass(:view) is not null"), {"view": mart.history}):
            connection.execute(sa.text(f"call marts.show_{mart.name}_history()"))
        return
    pieces = {
        "standing": mart.history,
        "gone": mart.gone,
        "same": " and ".join(f'h."{column}" = g."{column}"' for column in mart.key),
    }
    connection.execute(_SQL("undo", **pieces), night)
    connection.execute(_SQL("end", **pieces), night)
    connection.execute(_SQL("begin", standing=mart.history, named=mart.named, come=mart.come), night)
    _check(connection, mart)


def set_moments(connection: sa.Connection) -> None:
    """Have all that nights wrote into the record say the moment at which ``ops.night`` says that they published."""
    for name in ("set_moments_of_changes", "set_moments_of_begins", "set_moments_of_ends"):
        connection.execute(_SQL(name))


def _check(connection: sa.Connection, mart: Mart) -> None:
    """Today's rows of the history are as many as those of the mart: what changed was taken over row by row."""
    counted = f'(select count(*) from marts."{mart.name}"), count(*)'
    there, kept = connection.execute(sa.text(f"select {counted} from {mart.history} where until_night is null")).one()
    if there != kept:
        raise HistoryBroken(
            f"{mart.history} has {kept} rows of today and marts.{mart.name} {there}: somebody has changed one of them. "
            "Nothing was published. Bring the warehouse back from a backup, or empty the history: it begins anew."
        )


def _columns(connection: sa.Connection, table: str) -> dict[str, str]:
    rows = connection.execute(
        sa.text("""
        select attname, format_type(atttypid, atttypmod) from pg_attribute
        where attrelid = cast(:table as regclass) and attnum > 0 and not attisdropped order by attnum
        """),
        {"table": table},
    )
    return {str(name): str(type_) for name, type_ in rows.tuples()}


def _fit_columns(connection: sa.Connection, mart: Mart) -> None:
    """Give the history the columns that the mart has got, and their types."""
    there = _columns(connection, mart.history)
    changes = [f'add column "{name}" {type_}' for name, type_ in mart.columns.items() if name not in there]
    changes += [
        f'alter column "{name}" type {type_} using cast("{name}" as {type_})'
        for name, type_ in mart.columns.items()
        if there.get(name, type_) != type_
    ]
    if changes:
        connection.execute(sa.text(f"alter table {mart.history} {', '.join(changes)}"))


def _begin_with_what_stands(connection: sa.Connection, mart: Mart, standing: Mapping[str, str]) -> None:
    """What was published before its past was kept stands since the last night that published.

    Where none is known that did (it failed after its switch, by a software that wrote down none), it stands since the
    last one that was begun.
    """
    named = ", ".join(f'"{column}"' for column in standing if column in mart.columns)
    connection.execute(
        sa.text(f"""
        insert into {mart.history} ({named}, from_night, from_as_of, from_published_at)
        select {named}, night_id, as_of, coalesce(published_at, as_of)
        from marts."{mart.name}"
        cross join (
            select night_id, as_of, published_at from ops.night
            order by published_at desc nulls last, started_at desc limit 1
        ) as night
        """)
    )
