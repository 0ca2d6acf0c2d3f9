"""What was published when: each stretch in which a figure, or a row that counts, stood unchanged.

``marts.<mart>_history`` has the mart's columns and the nights between which the row stood. It is written in the
transaction of the switch, from the rows that the switch changes: a quiet night adds none, and the rows without
``until_night`` are those of the mart. A column that a mart loses stays in its history.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from include.platform.errors import PlatformError

#: The marts whose past is kept, and the columns that tell their rows apart: not their key, which may be made otherwise.
RECORDED = {
    "kpi_headline": ("period", "scope_type", "scope_code", "kpi"),
    "counted_row": ("period", "kpi", "submission_id", "row_number", "project_code"),
}
#: What all of them are asked by.
_ASKED = ("period", "kpi")
#: Schema ``marts`` holds these beside what dbt builds: publication makes them and never drops them.
TABLES = {f"{mart}_history" for mart in RECORDED}

_STRETCH = {
    "from_night": "text not null",
    "until_night": "text",
    "from_as_of": "date not null",
    "until_as_of": "date",
}


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


def begin(connection: sa.Connection, mart: Mart, standing: Mapping[str, str] | None) -> None:
    """Make the history fit the mart, and places for the rows that the switch will change.

    Called before the mart takes its candidate's shape; ``standing`` are its columns until then, None where there is no
    mart yet. Where a mart was published before its past was kept, the past begins with what stands.
    """
    columns = ", ".join(f'"{name}" {type_}' for name, type_ in {**mart.columns, **_STRETCH}.items())
    connection.execute(sa.text(f"create table if not exists {mart.history} ({columns})"))
    _fit_columns(connection, mart)
    _index(connection, mart)
    if standing and not connection.scalar(sa.text(f"select exists (select from {mart.history})")):
        _begin_with_what_stands(connection, mart, standing)
    for place in (mart.gone, mart.come):
        connection.execute(
            sa.text(
                f"create temporary table {place.removeprefix('pg_temp.')} on commit drop as "
                f'select {mart.named} from candidate_marts."{mart.name}" with no data'
            )
        )


def write(connection: sa.Connection, mart: Mart, publication: Publication, *, anew: bool) -> None:
    """End the stretches of the rows in ``mart.gone`` and begin those in ``mart.come``.

    ``anew`` says that the mart was made anew, and lost all its rows without a word. Rows that the same night published
    before are as though it had not. Raises HistoryBroken where it does not come out as the mart.
    """
    night = {"night_id": publication.night_id, "as_of": publication.as_of}
    if anew:
        columns = {row for row in _columns(connection, mart.history) if row in mart.columns}
        named = ", ".join(f'"{column}"' for column in columns)
        connection.execute(
            sa.text(f"insert into {mart.gone} ({named}) select {named} from {mart.history} where until_night is null")
        )
    same = " and ".join(f'h."{column}" = g."{column}"' for column in mart.key)
    connection.execute(
        sa.text(f"""
        delete from {mart.history} as h using {mart.gone} as g
        where h.until_night is null and h.from_night = :night_id and {same}
        """),
        night,
    )
    connection.execute(
        sa.text(f"""
        update {mart.history} as h set until_night = :night_id, until_as_of = :as_of
        from {mart.gone} as g
        where h.until_night is null and {same}
        """),
        night,
    )
    connection.execute(
        sa.text(f"""
        insert into {mart.history} ({mart.named}, from_night, from_as_of)
        select {mart.named}, :night_id, :as_of from {mart.come}
        """),
        night,
    )
    _check(connection, mart)


def _check(connection: sa.Connection, mart: Mart) -> None:
    """Today's rows of the history are as many as those of the mart: what changed was taken over row by row."""
    counted = f'(select count(*) from marts."{mart.name}"), count(*)'
    there, kept = connection.execute(sa.text(f"select {counted} from {mart.history} where until_night is null")).one()
    if there != kept:
        raise HistoryBroken(
            f"{mart.history} has {kept} rows of today and marts.{mart.name} {there}: somebody has changed one of them. "
            "Nothing was published. Bring the warehouse back from a backup, or drop the history: it begins anew."
        )


def make_functions(connection: sa.Connection, marts: Iterable[Mart]) -> None:
    """Offer each mart as of a day: ``marts.<mart>_on(day)``."""
    for mart in marts:
        name = f"marts.{mart.name}_on(date)"
        if connection.scalar(sa.text("select to_regprocedure(:name)"), {"name": name}) is None:
            connection.execute(
                sa.text(f"""
                create function marts.{mart.name}_on(day date) returns setof {mart.history}
                language sql stable parallel safe as $$
                select * from {mart.history} where from_as_of <= day and (until_as_of is null or until_as_of > day)
                $$
                """)
            )
            comment = f"The rows of {mart.name} as readers saw them at the end of a day."
            connection.execute(sa.text(f"comment on function {name} is '{comment}'"))


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
    for name, type_ in mart.columns.items():
        if name not in there:
            connection.execute(sa.text(f'alter table {mart.history} add column "{name}" {type_}'))
        elif there[name] != type_:
            change = f'alter column "{name}" type {type_} using cast("{name}" as {type_})'
            connection.execute(sa.text(f"alter table {mart.history} {change}"))


def _index(connection: sa.Connection, mart: Mart) -> None:
    """One row a key is today's; the past is found by period and indicator."""
    name = f"{mart.name}_history"
    key, asked = (", ".join(f'"{column}"' for column in columns) for columns in (mart.key, _ASKED))
    for statement in (
        f"create unique index if not exists {name}_current_idx on {mart.history} ({key}) where until_night is null",
        f"create index if not exists {name}_asked_idx on {mart.history} ({asked})",
    ):
        connection.execute(sa.text(statement))


def _begin_with_what_stands(connection: sa.Connection, mart: Mart, standing: Mapping[str, str]) -> None:
    """What was published before its past was kept stands since the last night that published.

    Where none is known that did (it failed after its switch, by a software that wrote down none), it stands since the
    last one that was begun.
    """
    named = ", ".join(f'"{column}"' for column in standing if column in mart.columns)
    connection.execute(
        sa.text(f"""
        insert into {mart.history} ({named}, from_night, from_as_of)
        select {named}, night_id, as_of
        from marts."{mart.name}"
        cross join (
            select night_id, as_of from ops.night order by published_at desc nulls last, started_at desc limit 1
        ) as night
        """)
    )
