"""Every measure of the one definition is right where it answers, and silent where an answer would be wrong."""

from __future__ import annotations

from decimal import Decimal

import pytest
import sqlalchemy as sa

from include.dashboards.definition import Measure, load_definition

#: Column of ``kpi_headline`` by figure.
COLUMNS = {"unique": "unique_value", "evidenced": "evidenced", "valid": "valid", "claimed": "claimed"}
#: Euros are rounded per slice.
NEAR = Decimal("0.01")


def _of_indicators(table: str) -> list[Measure]:
    return [measure for measure in load_definition().of_table(table) if measure.kpi]


def _asked(connection: sa.Connection, table: str, measures: list[Measure], by: str = "") -> list[sa.Row]:
    """Each measure as a tool would ask for it, grouped by some columns."""
    asked = ", ".join(f"{measure.sql} as {measure.name}" for measure in measures)
    grouped = f" group by {by}" if by else ""
    return list(connection.execute(sa.text(f"select {by + ', ' if by else ''}{asked} from marts.{table}{grouped}")))


def _headline(connection: sa.Connection) -> dict[tuple[str, ...], sa.Row]:
    rows = connection.execute(sa.text("select * from marts.kpi_headline"))
    return {(row.period, row.scope_type, row.scope_code, row.kpi): row for row in rows}


def test_one_period_and_scope_give_the_headline(reader: sa.Engine) -> None:
    measures = _of_indicators("kpi_headline")
    with reader.connect() as connection:
        headline = _headline(connection)
        rows = _asked(connection, "kpi_headline", measures, "period, scope_type, scope_code, scope_key")
    assert len(rows) > 40
    for row in rows:
        for measure in measures:
            wanted = getattr(headline[(*row[:3], measure.kpi)], COLUMNS[measure.figure])
            assert getattr(row, measure.name) == wanted, (measure.name, row[:3])


@pytest.mark.parametrize(
    "table",
    ["kpi_training", "kpi_practices", "kpi_green_jobs", "kpi_sustainability_standards", "kpi_business_volume"],
)
def test_a_breakdown_of_one_period_is_the_programmes_figure(reader: sa.Engine, table: str) -> None:
    measures = [measure for measure in _of_indicators(table) if measure.needs == ("period",)]
    assert measures
    with reader.connect() as connection:
        headline = _headline(connection)
        rows = _asked(connection, table, measures, "period")
    assert len(rows) > 2
    for row in rows:
        for measure in measures:
            wanted = getattr(headline[row.period, "programme", "all", measure.kpi], COLUMNS[measure.figure])
            difference = abs((getattr(row, measure.name) or 0) - (wanted or 0))
            assert difference <= (NEAR if measure.unit == "EUR" else 0), (measure.name, row.period)


#: Column of fct_result that a kind of scope goes by.
SCOPES = {"country": "country", "pillar": "pillar", "value_chain": "value_chain", "project": "project_code"}


@pytest.mark.parametrize(("scope_type", "column"), SCOPES.items())
def test_a_filter_on_a_scope_is_the_scopes_figure(reader: sa.Engine, scope_type: str, column: str) -> None:
    """Enterprises are counted once, whatever is filtered; what each project reports is added up."""
    measures = [measure for measure in _of_indicators("fct_result") if measure.needs == ("period",)]
    assert {measure.figure for measure in measures} == {"unique", "evidenced", "valid"}
    with reader.connect() as connection:
        headline = _headline(connection)
        rows = _asked(connection, "fct_result", measures, f"period, {column}")
    rows = [row for row in rows if row[1] is not None]
    assert len(rows) > 5
    for row in rows:
        for measure in measures:
            wanted = getattr(headline[row.period, scope_type, row[1], measure.kpi], COLUMNS[measure.figure])
            got = getattr(row, measure.name)
            assert (got is None) == (wanted is None), (measure.name, row[:2])
            near = NEAR if measure.unit in ("EUR", "FTE") else 0
            assert got is None or abs(got - wanted) <= near, (measure.name, row[:2])


def test_amounts_of_a_scope_add_up_to_its_figure(reader: sa.Engine) -> None:
    measures = _of_indicators("fct_result_in_scope")
    assert {measure.unit for measure in measures} == {"people", "FTE", "EUR"}
    with reader.connect() as connection:
        headline = _headline(connection)
        rows = _asked(connection, "fct_result_in_scope", measures, "period, scope_type, scope_code, scope_key")
    assert len(rows) > 40
    for row in rows:
        for measure in measures:
            wanted, got = (
                getattr(headline[(*row[:3], measure.kpi)], COLUMNS[measure.figure]),
                getattr(row, measure.name),
            )
            assert (got is None) == (wanted is None), (measure.name, row[:3])
            assert got is None or abs(got - wanted) <= (NEAR if measure.unit != "people" else 0), (
                measure.name,
                row[:3],
            )


def test_items_are_those_of_their_row(reader: sa.Engine) -> None:
    measures = _of_indicators("kpi_by_item")
    with reader.connect() as connection:
        rows = _asked(connection, "kpi_by_item", measures, "period, scope_key, item_key")
        counted = connection.scalar(sa.text("select sum(valid) from marts.kpi_by_item"))
    valid = [measure.name for measure in measures if measure.figure == "valid"]
    assert sum(getattr(row, name) or 0 for row in rows for name in valid) == counted


@pytest.mark.parametrize("table", sorted({measure.table for measure in load_definition().measures.values()}))
def test_what_cannot_be_added_up_is_not(reader: sa.Engine, table: str) -> None:
    """Without the filters a measure needs, as a tool's default would ask: empty, never a sum."""
    with reader.connect() as connection:
        (row,) = _asked(connection, table, load_definition().of_table(table))
        nothing = connection.scalars(
            sa.text("select kpi from marts.kpi_headline group by kpi having coalesce(max(abs(valid)), 0) = 0")
        ).all()
    for measure in load_definition().of_table(table):
        said = getattr(row, measure.name)
        assert (said is None) == bool(measure.needs) or (measure.kpi in nothing and said == 0), measure.name
    assert len(nothing) < 4


def test_labels_and_dimensions_of_a_measure_exist(reader: sa.Engine) -> None:
    """Every table and column that the definition names is in the marts."""
    definition = load_definition()
    with reader.connect() as connection:
        query = sa.text("select table_name, column_name from information_schema.columns where table_schema = 'marts'")
        columns = {(table, column) for table, column in connection.execute(query).tuples()}
    for measure in definition.measures.values():
        for name in measure.dimensions:
            assert (measure.table, definition.dimensions[name].column) in columns, (measure.name, name)
    for dimension in definition.dimensions.values():
        if dimension.table:
            needed = {
                *dimension.keys.values(),
                *dimension.labels.values(),
                *(["code_list"] if dimension.code_list else []),
            }
            assert {(dimension.table, column) for column in needed} <= columns, dimension.name


@pytest.mark.parametrize("name", sorted(load_definition().dimensions))
def test_a_dimension_is_joined_with_one_label_at_most(reader: sa.Engine, name: str) -> None:
    dimension = load_definition().dimensions[name]
    if not dimension.table:
        return
    tables = {measure.table for measure in load_definition().measures.values() if name in measure.dimensions}
    with reader.connect() as connection:
        for table in tables:
            rows, labelled, coded = connection.execute(
                sa.text(f"""
                    select count(*), count(labels.{dimension.labels["es"]}), count(measures.{dimension.column})
                    from marts.{table} as measures
                    left join marts.{dimension.table} as labels on {dimension.join("measures", "labels")}
                """)
            ).one()
            assert rows == connection.scalar(sa.text(f"select count(*) from marts.{table}")), table
            assert labelled == coded, table
