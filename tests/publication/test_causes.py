"""Each cause of a changed figure: one fact of a row that counts was another one at the last publication."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.platform import database
from include.platform.settings import Settings
from include.stage6_publication import figure_changes
from include.stage6_publication.history import Publication

#: A sales row in euros that counts for one project alone, and a delivery of another project.
_ROW = """
select c.*, s.currency, s.enterprise_ref, d.period as reported
from marts.counted_row as c
inner join raw.sales as s using (submission_id, row_number)
inner join ops.submission as d using (submission_id)
where
    c.kpi = 'volume_change_real_eur' and c.period = '2025-S2' and s.currency <> 'EUR'
    and not exists (
        select from ops.finding as f where f.submission_id = c.submission_id and f.row_number = c.row_number
    )
order by c.submission_id, c.row_number limit 1
"""


@dataclass
class Case:
    """A transaction in which the row counts for the first time, to be rolled back."""

    connection: sa.Connection
    row: sa.Row

    def before(self, kind: str, value: str | None, **place: object) -> None:
        """Have a fact be ``value`` at the last publication; None: it was not there."""
        where = {"kind": kind, "project_code": "", "period": "", "submission_id": "", "sheet": "", "row_number": 0}
        where |= {"subject": "", **place}
        matches = " and ".join(f"{name} = :{name}" for name in where)
        self.connection.execute(sa.text(f"delete from intermediate.published_fact where {matches}"), where)
        if value is not None:
            names = ", ".join(f":{name}" for name in where)
            self.connection.execute(
                sa.text(f"insert into intermediate.published_fact values ({names}, :value)"), {**where, "value": value}
            )

    def finding(self, waived: bool, sheet: str = "sales", row_number: int | None = None) -> None:
        self.connection.execute(
            sa.text("""
            insert into ops.finding (submission_id, rule, severity, sheet, row_number, column_name, waived)
            values (:id, 'S06', 'warning', :sheet, :row, 'current_amount', :waived)
            """),
            {"id": self.row.submission_id, "sheet": sheet, "row": row_number or self.row.row_number, "waived": waived},
        )

    def other_software(self) -> None:
        self.connection.execute(sa.text("update ops.night set code_version = 'before' where night_id <> 'case'"))

    def pillar_goes(self, *, with_the_row: bool) -> Decimal:
        """Have all figures of the row's pillar go, the row's among them or without any; returns what covers declare."""
        gone = "insert into gone_counted_row select * from come_counted_row"
        claim = """
        insert into gone_kpi_headline (period, scope_type, scope_code, kpi, claimed)
        select period, scope_type, scope_code, kpi, claimed from marts.kpi_headline
        where period = :period and scope_type = 'pillar' and scope_code = :pillar and kpi = 'msmes_trained'
        returning claimed
        """
        for statement in ("delete from gone_kpi_headline", "delete from come_kpi_headline", with_the_row and gone):
            if statement:
                self.connection.execute(sa.text(statement))
        self.connection.execute(sa.text("delete from come_counted_row"))
        return self.connection.execute(sa.text(claim), {"period": self.row.period, "pillar": self.row.pillar}).scalar()

    def causes(self) -> list[tuple]:
        figure_changes.record(self.connection, Publication("case", self.row.as_of), None)
        query = "select cause, submission_id, difference_valid, rows from marts.figure_change where night_id = 'case'"
        return [tuple(row) for row in self.connection.execute(sa.text(query))]


@pytest.fixture
def case(programme: Settings) -> Iterator[Case]:
    engine = database.engine(programme)
    with engine.connect() as connection:
        row = connection.execute(sa.text(_ROW.replace("c.*", "c.*, (select max(as_of) from ops.night) as as_of"))).one()
        for mart in ("kpi_headline", "counted_row"):
            for which in ("gone", "come"):
                connection.execute(
                    sa.text(f"create temporary table {which}_{mart} on commit drop as table marts.{mart} with no data")
                )
        key = {name: getattr(row, name) for name in ("period", "kpi", "submission_id", "row_number", "contribution")}
        figure = "period = :period and kpi = :kpi and scope_type = 'programme'"
        for statement in (
            f"insert into come_kpi_headline select * from marts.kpi_headline where {figure}",
            "insert into gone_kpi_headline select * from come_kpi_headline",
            "update gone_kpi_headline set valid = valid - round(:contribution, 6)",
            """
            insert into come_counted_row select * from marts.counted_row
            where period = :period and kpi = :kpi and submission_id = :submission_id and row_number = :row_number
            """,
            """
            insert into ops.night (night_id, as_of, inbox, registry, code_version)
            select 'case', max(as_of), '', '', max(code_version) from ops.night
            """,
        ):
            connection.execute(sa.text(statement), key)
        yield Case(connection, row)
        connection.rollback()
    engine.dispose()


def _waiver(case: Case) -> None:
    case.finding(waived=True)
    case.before("findings", "S06.current_amount", **_of_row(case))


def _waiver_of_the_enterprise(case: Case) -> None:
    query = "select min(row_number) from raw.enterprises where submission_id = :id and enterprise_ref = :ref"
    number = case.connection.scalar(sa.text(query), {"id": case.row.submission_id, "ref": case.row.enterprise_ref})
    case.finding(waived=True, sheet="enterprises", row_number=number)
    case.before("findings", "S06.current_amount", **{**_of_row(case), "sheet": "enterprises", "row_number": number})


def _of_row(case: Case) -> dict[str, object]:
    row = case.row
    place = {"project_code": row.project_code, "submission_id": row.submission_id}
    return {**place, "sheet": "sales", "row_number": row.row_number}


def _rule(case: Case) -> None:
    case.finding(waived=True)
    case.before("findings", "S02.current_start S06.current_amount", **_of_row(case))


def _rate(case: Case) -> None:
    query = "select to_char(baseline_start, 'YYYY-MM') from raw.sales where submission_id = :id and row_number = :row"
    month = case.connection.scalar(sa.text(query), {"id": case.row.submission_id, "row": case.row.row_number})
    case.before("rate", "1", period=month, subject=case.row.currency)
    case.before("findings", "S08.currency S09.current_amount", **_of_row(case))  # they follow from the rates


def _index(case: Case) -> None:
    query = "select to_char(current_end, 'YYYY') from raw.sales where submission_id = :id and row_number = :row"
    year = case.connection.scalar(sa.text(query), {"id": case.row.submission_id, "row": case.row.row_number})
    case.before("index", "1", period=year, subject=case.row.country)


def _identity(case: Case, key: str = "another") -> None:
    value = f"{key}|{case.row.submission_id}"
    case.before(
        "identity", value, project_code=case.row.project_code, period="2025-S2", subject=case.row.enterprise_ref
    )


def _registry(case: Case) -> None:
    case.before("registry", "circular XX", project_code=case.row.project_code)


def _calendar(case: Case) -> None:
    case.before("calendar", "2024-06-29", period="2024-S1")


def _calendar_again(case: Case) -> None:
    """A period that had ended before and was not in the calendar."""
    case.before("calendar", None, period="2024-S1")


def _correction(case: Case) -> None:
    case.before("version", "another", project_code=case.row.project_code, period=case.row.reported)


def _new_report(case: Case) -> None:
    case.before("version", None, project_code=case.row.project_code, period=case.row.reported)


def _came_back(case: Case) -> None:
    """A later report, withdrawn since, had taken its place."""
    case.before("version", "later", project_code=case.row.project_code, period="2025-S9")
    value = f"{case.row.enterprise_key}|later"
    case.before(
        "identity", value, project_code=case.row.project_code, period="2025-S2", subject=case.row.enterprise_ref
    )


def _elsewhere(case: Case) -> None:
    """Another project reported the enterprise, too."""
    place = {"project_code": "XX-01", "period": "2025-S2", "subject": "its own"}
    case.before("identity", f"{case.row.enterprise_key}|XX-01-0001", **place)
    case.other_software()


@pytest.mark.parametrize(
    ("change", "cause", "doer"),
    [
        (_new_report, "new_report", None),
        (_correction, "correction", None),
        (_came_back, "correction", "later"),
        (_waiver, "waiver", None),
        (_waiver_of_the_enterprise, "waiver", None),
        (_rule, "rule", None),
        (_rate, "rate", None),
        (_index, "rate", None),
        (_identity, "identity", None),
        (_registry, "registry", None),
        (_calendar, "registry", None),
        (_calendar_again, "registry", None),
        (_elsewhere, "elsewhere", "XX-01-0001"),
        (Case.other_software, "software", None),
        (lambda case: None, "elsewhere", None),
    ],
)
def test_a_row_has_the_cause_of_the_fact_that_changed(case: Case, change, cause: str, doer: str | None) -> None:
    change(case)
    expected = (cause, doer or case.row.submission_id, round(case.row.contribution, 6), 1)
    assert case.causes() == [expected]


@pytest.mark.parametrize(
    ("change", "cause", "with_the_row"), [(_waiver, "waiver", True), (_identity, "identity", False)]
)
def test_claims_go_with_a_scope_for_the_cause_of_the_rows_and_reports_it_loses(
    case: Case, change, cause: str, with_the_row: bool
) -> None:
    """The covers that declare them stand, of other projects among them."""
    claimed = case.pillar_goes(with_the_row=with_the_row)
    change(case)
    assert case.causes() == [(cause, case.row.submission_id, 0, 0)]
    query = "select difference_claimed from marts.figure_change where night_id = 'case'"
    assert case.connection.scalar(sa.text(query)) == -claimed < 0


def test_of_several_causes_the_first_is_its_own(case: Case) -> None:
    for change in (Case.other_software, _registry, _rate, _waiver, _correction):
        change(case)
    assert [cause for cause, *_ in case.causes()] == ["correction"]


def test_a_period_that_ended_since_is_no_change_of_the_calendar(case: Case) -> None:
    case.before("calendar", None, period="2025-S2")
    case.connection.execute(sa.text("update ops.night set as_of = '2025-12-30' where night_id <> 'case'"))
    assert [cause for cause, *_ in case.causes()] == ["elsewhere"]


def test_what_facts_are_taken_from_survives_a_crash_of_the_server(case: Case) -> None:
    """Or is emptied with all that dbt built, which the switch sees: it would be taken for facts that changed."""
    script = (Path(figure_changes.__file__).parent / "facts.sql").read_text("utf-8")
    query = sa.text("select relpersistence from pg_class where oid = cast(:name as regclass)")
    read = set(re.findall(r"(?:from|join) ((?:intermediate|ops|registry|reference)\.\w+)", script))
    assert len(read) == 8
    lost = {name for name in read if case.connection.scalar(query, {"name": name}) != "p"}
    assert lost <= {"intermediate.int_enterprise_identities", "intermediate.int_periods"}
    assert not lost or case.connection.scalar(query, {"name": "intermediate.built_from"}) == "u"
