"""Exchange rates and price indices that come, change and go between two nights."""

from __future__ import annotations

import random
from decimal import Decimal

import sqlalchemy as sa

from include.nightly import publish, validate
from include.nightly.in_process import run_again
from include.platform import database
from include.platform.settings import Settings
from include.stage5_transformation.reference_figures import COLUMNS, Figures, mark_depending
from tests.equality.tables import contents, unequal

#: Figures that a window of an assessable row spans.
_IN_USE = sa.text("""
select 'fx_monthly' as seed, currency as place, month as time, cast(units_per_eur as text) as figure
from reference.fx_monthly as rates
where exists (
    select from intermediate.int_sales_windows as windows
    where
        windows.currency = rates.currency
        and rates.month between to_char(first_month, 'YYYY-MM') and to_char(last_month, 'YYYY-MM')
)
union all
select 'cpi_annual', country, cast(year as text), cast(index_2019_100 as text)
from reference.cpi_annual as indices
where exists (
    select from intermediate.int_sales_windows as windows
    where
        windows.country = indices.country
        and indices.year between extract(year from first_month) and extract(year from last_month)
)
order by 1, 2, 3
""")


def change_figures(settings: Settings, rng: random.Random) -> str:
    """Load the reference tables with some other figures, as though the files said so; says which."""
    engine = database.engine(settings, "transformer")
    with engine.connect() as connection:
        in_use = connection.execute(_IN_USE).all()
        chosen = rng.sample(in_use, min(4, len(in_use)))  # a small programme may use fewer
        other = rng.choice([None, Decimal("1.25")])
        for row in chosen:
            _replace(connection, row.seed, row.place, row.time, other)
        mark_depending(settings, Figures.loaded(connection))  # while others still see the figures of before
        connection.commit()
    engine.dispose()
    return f"figures: {'other' if other else 'no'} " + ", ".join(f"{row.place} {row.time}" for row in chosen)


def _replace(connection: sa.Connection, seed: str, place: str, time: str, times: Decimal | None) -> None:
    """Multiply a figure of a reference table, or take it away."""
    of, at, figure = COLUMNS[seed]
    change = f"update reference.{seed} set {figure} = {figure} * :times" if times else f"delete from reference.{seed}"
    connection.execute(
        sa.text(f"{change} where {of} = :place and cast({at} as text) = :time"),
        {"place": place, "time": time, "times": times},
    )


def forget_figures(settings: Settings) -> str:
    """Have the next night load the files again."""
    engine = database.engine(settings, "transformer")
    with engine.begin() as connection:
        connection.exec_driver_sql("comment on schema reference is null")
    engine.dispose()
    return "figures: those of the files"


def write_office_figures(settings: Settings, rng: random.Random) -> str | None:
    """Write files of the office's own into the registry: other values of some figures in use; says which.

    None where too few are in use.
    """
    with database.connected(settings, "transformer") as connection:
        in_use = connection.execute(_IN_USE).all()
    figures = [[row for row in in_use if row.seed == seed] for seed in COLUMNS]
    if min(len(rows) for rows in figures) < 2:
        return None
    chosen = [rng.sample(rows, 2) for rows in figures]
    for seed, rows in zip(COLUMNS, chosen, strict=True):
        lines = [";".join(COLUMNS[seed])]
        lines += (f"{row.place};{row.time};{Decimal(row.figure) * 2:f}".replace(".", ",") for row in rows)
        (settings.registry / f"{seed}.csv").write_text("\n".join(lines), "cp1252")
    return "the office's: " + ", ".join(f"{row.place} {row.time}" for rows in chosen for row in rows)


def forget_office_figures(settings: Settings) -> None:
    """Take the office's files away again."""
    for seed in COLUMNS:
        (settings.registry / f"{seed}.csv").unlink()


def judged_otherwise(settings: Settings) -> list[str]:
    """The tables of schema ``ops`` that judging everything anew fills otherwise."""
    loader = database.engine(settings, "loader")
    try:
        with loader.begin() as connection:
            judged = contents(connection, ("ops",))
            connection.exec_driver_sql("update ops.submission set judged_with = null where status <> 'duplicate'")
        run_again(settings, (*validate.STEPS, publish.reconcile_declared_totals))
        with loader.connect() as connection:
            return unequal(judged, contents(connection, ("ops",)))
    finally:
        loader.dispose()
