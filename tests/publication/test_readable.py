"""What a reading tool finds of the marts: types it holds without loss, one-column keys, and what leads where."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from include.platform import database
from include.platform.settings import Settings

#: Types of whole numbers, words, days and moments; numbers besides have at most 24 digits, six of them decimals.
_PLAIN = {"text", "date", "boolean", "bigint", "integer", "timestamp with time zone"}
_COLUMNS = """
select c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod),
    (a.atttypmod - 4) >> 16, (a.atttypmod - 4) & 2047, c.relkind
from pg_attribute as a
inner join pg_class as c on c.oid = a.attrelid
where c.relnamespace = 'marts'::regnamespace and c.relkind in ('r', 'v', 'm') and a.attnum > 0 and not a.attisdropped
"""


@pytest.fixture(scope="module")
def reader(programme: Settings) -> Iterator[sa.Engine]:
    engine = database.engine(programme, "bi_reader")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def columns(reader: sa.Engine) -> list[sa.Row]:
    with reader.connect() as connection:
        found = list(connection.execute(sa.text(_COLUMNS)))
    assert len({row.relname for row in found}) > 50
    return found


def test_no_number_is_without_bounds(columns: list[sa.Row]) -> None:
    def fits(type_: str, precision: int, scale: int) -> bool:
        return type_ in _PLAIN or (type_.startswith("numeric(") and 0 < precision <= 24 and 0 <= scale <= 6)

    kept_as_they_were = ("counted_row_ended", "stood")  # rows of the past in the columns they had
    assert [tuple(row) for row in columns if not fits(*row[2:5]) and row[:2] != kept_as_they_were] == []
    assert {row[2] for row in columns} >= {"numeric(24,6)", "bigint"}


def test_every_mart_with_a_period_has_its_last_day(columns: list[sa.Row]) -> None:
    with_period = {row.relname for row in columns if row.attname == "period"}
    with_day = {row.relname for row in columns if row.attname == "period_end" and row[2] == "date"}
    assert with_period - with_day == {"counted_row_ended"}  # rows of the past together, which say it themselves
    assert len(with_period) > 20


def test_a_word_is_a_number_or_a_flag(columns: list[sa.Row]) -> None:
    assert [row.relname for row in columns if row.attname == "valid" and row[2] == "boolean"] == []
    facts = {row.relname for row in columns if row.relname.startswith("fct_") and row.attname == "enterprise_key"}
    flagged = {row.relname for row in columns if row.attname == "is_valid"}
    assert len(facts) > 7 and facts <= flagged


def test_tables_have_one_column_keys_and_lead_to_each_other(reader: sa.Engine, columns: list[sa.Row]) -> None:
    """By SQLAlchemy's reflection, as a role that may do no more than read."""
    tables = {row.relname for row in columns if row.relkind == "r"}
    metadata = sa.MetaData(schema="marts")
    metadata.reflect(reader)
    assert {table.name for table in metadata.tables.values()} == tables
    for table in metadata.tables.values():
        assert len(table.primary_key.columns) == 1, table.name
    leads = {(key.parent.table.name, key.parent.name): key for t in metadata.tables.values() for key in t.foreign_keys}
    for table, column, to in (
        ("fct_result", "enterprise_key", "dim_enterprise"),
        ("fct_result", "territory_key", "dim_territory"),
        ("fct_training", "submission_id", "fct_submission"),
        ("kpi_headline", "scope_key", "dim_scope"),
        ("kpi_headline", "kpi", "dim_kpi"),
        ("kpi_headline", "period", "dim_period"),
        ("dim_project", "lead_institution", "dim_institution"),
        ("project_overlap", "other_project_code", "dim_project"),
    ):
        assert leads[table, column].column.table.name == to
    assert ("fct_submission", "project_code") not in leads
    result, projects = metadata.tables["marts.fct_result"], metadata.tables["marts.dim_project"]
    joined = sa.select(sa.func.count()).select_from(result.join(projects))  # by the key that was found
    with reader.connect() as connection:
        assert connection.scalar(joined) == connection.scalar(sa.select(sa.func.count()).select_from(result)) > 0


def test_keys_lead_somewhere(reader: sa.Engine) -> None:
    """Nothing enforces them but the tests of the candidates."""
    inspector = sa.inspect(reader)
    nowhere, asked = [], 0
    with reader.connect() as connection:
        for table in inspector.get_table_names("marts"):
            for key in inspector.get_foreign_keys(table, "marts"):
                (column,), (target,) = key["constrained_columns"], key["referred_columns"]
                query = f"""
                    select count(*) from marts."{table}" as t left join marts."{key["referred_table"]}" as d
                        on d."{target}" = t."{column}"
                    where t."{column}" is not null and d."{target}" is null
                """
                asked += 1
                if lost := connection.scalar(sa.text(query)):
                    nowhere.append(f"{table}.{column}: {lost} rows")
    assert asked > 100
    assert nowhere == []


def test_territories_lie_somewhere(reader: sa.Engine) -> None:
    with reader.connect() as connection:
        rows = list(
            connection.execute(sa.text("select * from marts.dim_territory where country = 'PE' or latitude is null"))
        )
    assert [row.territory_key for row in rows if row.latitude is None] == ["PA-PA-NT"]
    peru = [row for row in rows if row.country == "PE"]
    assert len(peru) > 1800 and len({row.iso_3166_2 for row in peru}) == 25
    assert all(-18.4 < row.latitude < 0.1 and -81.4 < row.longitude < -68.6 for row in peru)
    (lima,) = (row for row in peru if row.territory_code == "150101")
    assert (lima.division_name, lima.iso_3166_2, lima.point_of) == ("Lima", "PE-LIM", "district")
