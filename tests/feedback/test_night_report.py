"""What the operator reads of a night: short, true, the same everywhere, and never in the way of the night."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.platform import database, nights
from include.platform.settings import Settings
from include.stage7_outputs.night_report.facts import FigureChange, NightFacts, facts_of
from include.stage7_outputs.night_report.report import (
    as_page,
    as_text,
    report_of,
    try_to_report,
    what_follows,
    write_report,
)
from tests.conftest import make_settings

NIGHT = "report-1"
SETTINGS = make_settings(Path("/srv/warehouse"))

BUSY = NightFacts(
    night_id=NIGHT,
    as_of=date(2026, 2, 20),
    status="succeeded",
    reason="",
    delivered={f"PE-{number:02}": 2 for number in range(30)},
    statuses={"accepted": 50, "returned": 9, "duplicate": 1},
    returned={"PE-03": 8, "PE-07": 1},
    returned_by={"F04": 8, "F08": 1},
    findings={"E03": 120, "F04": 8, "F08": 1},
    severities={"critical": 9, "error": 120},
    missing=[("2025-S2", "PE-31"), ("2025-S2", "PE-32"), ("2025-S1", "PE-31")],
    changes=[
        FigureChange("2025-S2", "green_jobs", Decimal(120), Decimal(251)),
        FigureChange("2025-S2", "volume_change_real_eur", Decimal("10.50"), Decimal("12.25")),
        FigureChange("2025-S1", "green_jobs", Decimal(100), None),
    ],
    changes_elsewhere=1200,
    new_figures=40,
    warnings=[("land_deliveries", f"PE-{n:02}/x.xlsx", "It cannot be read; see to it. " * 20) for n in range(5)],
    mail_waiting=12,
    mail_refused=1,
    readers_see_it=True,
)
FAILED = NightFacts(
    night_id=NIGHT,
    as_of=date(2026, 2, 20),
    status="failed",
    reason="ingest.load_registry: the registry has 9 fault(s)\n" + "\n".join(f"- fault {n}" for n in range(9)),
    last_good=date(2026, 2, 19),
)


def test_a_busy_night_is_told_in_ten_lines() -> None:
    text = as_text(BUSY, SETTINGS)
    assert len(text.splitlines()) == 10
    for said in (
        "The night report-1 (load date 2026-02-20) ran.",
        "Taken: 60 of 30 projects (PE-00 2, PE-01 2,",
        "22 more): 50 accepted, 9 returned, 1 duplicate.",
        "Returned: PE-03 8, PE-07; by rule: F04 8, F08.",
        "Missing: 2 reports of 2025-S2 (PE-31, PE-32); and 1 of earlier periods.",
        "Findings: 9 critical, 120 error; by rule: E03 120, F04 8, F08.",
        "Figures of the programme, 2025-S2: green_jobs 120 → 251, volume_change_real_eur 10.50 → 12.25; 1,201 others",
        " changed; 40 figures are new.",
        "MORE THAN DOUBLED, please look: green_jobs 120 → 251 (2025-S2).",
        "Warnings: 5. PE-00/x.xlsx: It cannot be read; see to it.",
        "| and 2 more",
        "Mail: 12 messages wait in `/srv/warehouse/outbox`, 1 were refused for good.",
        "ops.night_report, ops.night_warning, marts.figure_change where night_id = 'report-1'",
    ):
        assert said in text, text


def test_a_quiet_night_says_so() -> None:
    text = as_text(NightFacts(NIGHT, date(2026, 2, 20), "succeeded", "", readers_see_it=True), SETTINGS)
    assert text.splitlines()[1:5] == [
        "Nothing new was in the inbox.",
        "Missing: nothing that was due.",
        "Figures of the programme: none changed.",
        "Warnings: none.",
    ]


@pytest.mark.parametrize(
    ("old", "new", "has_doubled"),
    [
        *(("10", "20", False), ("10", "20.01", True), ("10", "5", False), ("0", "1", True), ("0", "0", False)),
        *(("-5", "-11", True), ("-5", "4", False), ("5", "-11", True), ("10", None, False)),
    ],
)
def test_more_than_double_is_more_than_twice(old: str, new: str | None, has_doubled: bool) -> None:
    change = FigureChange("2025-S2", "green_jobs", Decimal(old), None if new is None else Decimal(new))
    assert change.has_more_than_doubled is has_doubled


def test_a_failed_night_says_why_what_stays_and_what_to_do() -> None:
    text = as_text(FAILED, SETTINGS)
    assert len(text.splitlines()) <= 10
    assert "failed: ingest.load_registry: the registry has 9 fault(s)" in text and "- fault 2 (and 6 more lines" in text
    assert what_follows(text).startswith(
        "What stays: what was taken is in archive and ledger; readers keep the figures of 2026-02-19."
        "\nWhat to do: mend what the reason names, then make nightly"
    )
    assert "inbox" not in text  # nobody has looked there
    after_switch = dataclasses.replace(FAILED, readers_see_it=True)
    assert "readers have tonight's figures already" in as_text(after_switch, SETTINGS)
    assert "there are no figures yet" in as_text(dataclasses.replace(FAILED, last_good=None), SETTINGS)


def test_airflows_page_keeps_the_first_lines_and_where_to_read_more() -> None:
    text = as_text(BUSY, SETTINGS)
    page = as_page(text)
    assert len(text) > 1000 >= len(page)
    assert page.startswith(f"{text.splitlines()[0]}\n\n{text.splitlines()[1]}\n\n")
    assert page.endswith(text.splitlines()[-1]) and page.count("…\n") == 1
    assert as_page("one\ntwo") == "one\n\ntwo"


@pytest.fixture
def night(settings: Settings, loader: sa.Engine, tmp_path: Path) -> Iterator[Settings]:
    """A night in the session's warehouse, and a STATE of its own whose outbox is empty."""
    nights.open_night(loader, NIGHT, date(2026, 2, 20), "inbox", "registry")
    nights.close_night(loader, NIGHT, "succeeded")
    shutil.copytree(settings.secrets, tmp_path / "secrets")
    yield dataclasses.replace(settings, state=tmp_path, warehouse_url=database.plain(database.url(settings)))
    with loader.begin() as connection:
        for table in ("night", "night_report", "night_warning"):
            connection.execute(sa.text(f"delete from ops.{table} where night_id = '{NIGHT}'"))
    transformer = database.engine(settings, "transformer")
    with transformer.begin() as connection:
        connection.execute(sa.text("delete from marts.kpi_headline_history"))
    transformer.dispose()


def messages(settings: Settings) -> list[Path]:
    return sorted(settings.outbox.glob("*.eml")) if settings.outbox.exists() else []


def change(night: Settings, old: int | None, new: int | None, scope: str = "programme") -> None:
    """As the switch of the night leaves it in the history."""
    transformer = database.engine(night, "transformer")
    with transformer.begin() as connection:
        row = "select '2025-S2', :scope, 'all', 'green_jobs', cast(:value as numeric), cast(:value as numeric)"
        given = "cast(:value as numeric) is not null"
        columns = "period, scope_type, scope_code, kpi, unique_value, valid, from_night, until_night, from_as_of"
        for value, nights_of_it in ((old, "'before', :night"), (new, ":night, null")):
            connection.execute(
                sa.text(f"""
                insert into marts.kpi_headline_history ({columns})
                {row}, {nights_of_it}, date '2026-02-20' where {given}
                """),
                {"night": NIGHT, "value": value, "scope": scope},
            )
    transformer.dispose()


def stored(loader: sa.Engine) -> sa.Row:
    with loader.connect() as connection:
        query = sa.text("select status, said, facts from ops.night_report where night_id = :night")
        return connection.execute(query, {"night": NIGHT}).one()


def test_a_figure_of_the_programme_that_more_than_doubled_is_written_and_mailed(
    night: Settings, loader: sa.Engine
) -> None:
    night = dataclasses.replace(night, operator_email="operator@programme.example")
    change(night, 10, 21)
    change(night, 10, 500, scope="country")
    text = write_report(night, loader, NIGHT)
    assert "MORE THAN DOUBLED, please look: green_jobs 10 → 21 (2025-S2)." in text and "500" not in text
    assert stored(loader).said == text
    assert stored(loader).facts["changes"] == [{"period": "2025-S2", "kpi": "green_jobs", "old": "10", "new": "21"}]
    (path,) = messages(night)
    message = message_from_bytes(path.read_bytes(), policy=SMTP)
    assert message["To"] == "operator@programme.example" and "more than doubled" in message["Subject"]
    assert message["Date"] and message["Message-ID"]  # its age is told by its date, and it is shown once
    assert message.get_content().replace("\r\n", "\n").strip() == text  # type: ignore[attr-defined]
    (night.outbox / "sent").mkdir()
    path.rename(night.outbox / "sent" / path.name)
    write_report(night, loader, NIGHT)
    assert messages(night) == []


def test_a_good_night_is_mailed_only_where_that_was_asked_for(night: Settings, loader: sa.Engine) -> None:
    write_report(night, loader, NIGHT)
    assert messages(night) == []
    night = dataclasses.replace(night, operator_email="operator@programme.example")
    change(night, None, 21)
    write_report(night, loader, NIGHT)
    assert messages(night) == []
    night = dataclasses.replace(night, report_on_good_days=True)
    write_report(night, loader, NIGHT)
    assert len(messages(night)) == 1


def test_a_warning_is_reason_enough(night: Settings, loader: sa.Engine) -> None:
    night = dataclasses.replace(night, operator_email="operator@programme.example")
    with loader.begin() as connection:
        nights.warn(connection, NIGHT, "load_registry", "4.0 GB free. Make room.", "disk")
    assert "Warnings: 1. disk: 4.0 GB free. Make room." in write_report(night, loader, NIGHT)
    assert len(messages(night)) == 1


def test_a_night_that_went_on_is_reported_anew(night: Settings, loader: sa.Engine) -> None:
    assert report_of(night, NIGHT) == write_report(night, loader, NIGHT)
    nights.close_night(loader, NIGHT, "failed", "publish.answer_partners: one could not be answered")
    said = report_of(night, NIGHT)
    assert "readers have tonight's figures already" in said and stored(loader).status == "failed"


def test_a_report_that_fails_stops_nothing(night: Settings, loader: sa.Engine) -> None:
    said = try_to_report(night, loader, "no such night")
    assert "could not be written (NoResultFound)" in said and str(night.logs) in said


def test_a_first_figure_is_no_change(night: Settings, loader: sa.Engine) -> None:
    change(night, None, 21)
    with loader.connect() as connection:
        facts = facts_of(connection, night, NIGHT)
    assert (facts.changes, facts.new_figures, facts.needs_attention) == ([], 1, False)
