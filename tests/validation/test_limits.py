"""Where implausible numbers begin (J05, S09), and what is a total or a note (R05), condition by condition."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from expectations import jobs, sales
from include.contract import load_contract
from include.stage4_validation.work_tables import is_total


def _holds(loader: sa.Engine, condition: str, **values: str) -> bool:
    row = ", ".join(f"{value} as {name}" for name, value in values.items())
    with loader.connect() as connection:
        return bool(connection.scalar(sa.text(f"select ({condition}) is true from (select {row}) as t")))


@pytest.mark.parametrize(
    ("size", "people", "is_broken"),
    [
        ("'micro'", 100, False),
        ("'micro'", 101, True),
        ("'small'", 500, False),
        ("'small'", 501, True),
        ("'medium'", 2500, False),
        ("'medium'", 2501, True),
        ("null::text", 1_000_000, False),
    ],
)
@pytest.mark.parametrize("moment", ["baseline", "current"])
def test_people_of_an_enterprise(loader: sa.Engine, moment: str, size: str, people: int, is_broken: bool) -> None:
    (rule,) = [
        one
        for one in jobs.EXPECTATIONS
        if (one.meta or {})["rule"] == "J05" and (one.meta or {})["column"] == f"{moment}_headcount"
    ]
    values = {"enterprise_size_class": size, f"{moment}_headcount": str(people)}
    assert _holds(loader, rule.violated_when, **values) is is_broken


@pytest.mark.parametrize(
    ("amount", "units_per_eur", "is_broken"),
    [
        ("0", "1", False),
        ("99.99", "1", True),
        ("100", "1", False),
        ("50000000", "1", False),
        ("50000000.01", "1", True),
        ("399.99", "4", True),
        ("400", "4", False),
        ("200000000", "4", False),
        ("200000001", "4", True),
        ("1", "null::numeric", False),
        ("null::numeric", "1", False),
    ],
)
@pytest.mark.parametrize("window", ["baseline", "current"])
def test_amounts_in_euros(loader: sa.Engine, window: str, amount: str, units_per_eur: str, is_broken: bool) -> None:
    (rule,) = [
        one
        for one in sales.EXPECTATIONS
        if (one.meta or {})["rule"] == "S09" and (one.meta or {})["column"] == f"{window}_amount"
    ]
    values = {f"{window}_amount": amount, f"{window}_units_per_eur": units_per_eur}
    assert _holds(loader, rule.violated_when, **values) is is_broken


@pytest.mark.parametrize(
    ("reference", "unread", "grade", "expected"),
    [
        ("TOTAL", "", None, True),
        ("TOTAL:", "", None, True),
        ("TOTAL GENERAL.", "", None, True),
        ("SUBTOTALES 12", "", None, True),
        ("NOTA: LAS CIFRAS SON DE MAYO", "", None, True),
        ("FONTE PROPRIA", "", None, True),
        ("ELABORADO POR: ANA", "", None, True),
        ("PREPARED BY", "", None, True),
        (None, "", None, True),
        ("TOTALIZADOR S.A.", "", None, False),
        ("NOTA.", "", None, True),
        ("NOTA. TEXTO", "", None, False),
        ("ELABORADO", "", None, False),
        ("E0001", "", None, False),
        ("TOTAL", "", "A", False),
        # a descriptive cell that cannot be read counts as empty, another does not
        ("TOTAL", "evidence_grade", None, True),
        ("TOTAL", "start_date", None, False),
        (None, "enterprise_ref", None, False),
    ],
)
def test_totals_and_notes(
    loader: sa.Engine, reference: str | None, unread: str, grade: str | None, expected: bool
) -> None:
    def text(value: str | None) -> str:
        return "null::text" if value is None else f"'{value}'"

    values = {
        "enterprise_ref": text(reference),
        "topic": "null::text",
        "start_date": "null::date",
        "end_date": "null::date",
        "evidence_grade": text(grade),
        "unread": f"array_remove(array['{unread}'], '')",
    }
    assert _holds(loader, is_total(load_contract().sheets["training"]), **values) is expected
