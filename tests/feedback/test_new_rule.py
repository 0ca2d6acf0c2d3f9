"""A new rule is a record, a condition and texts: it is judged, said, measured and documented with nothing else."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from expectations import suites
from expectations.rule_expectation import rule
from include.contract import catalogue, load_contract, model, rule_macros
from include.contract.locales import LANGUAGES
from include.contract.model import ContractError
from include.nightly import validate
from include.nightly.in_process import run_again
from include.platform import database
from include.stage4_validation import scope
from include.stage4_validation.settle import settle
from include.stage7_outputs.figures.impact import rule_impact
from include.stage7_outputs.findings.deliveries import Delivery, load_deliveries
from include.stage7_outputs.findings.groups import group
from include.stage7_outputs.findings.load_facts import load_facts
from include.stage7_outputs.findings.sentences import sentence, what_to_do
from include.stage7_outputs.reader import Reader
from tests.samples import Sample

#: More hours than four a day: a rule that no contract has, and that some rows of the sample break.
CONDITION = "hours > 4 * (end_date - start_date + 1)"
RECORD = {
    "rule": "T99",
    "sheet": "training",
    "severity": "error",
    "found_by": "expectation",
    "life": "enforced",
    "column": "hours",
    "of_types": "",
    "applies_when": "hours is not null",
    "takes_out": "",
    "row_is": "",
    "hides": "",
    "what_it_says": "more hours than four a day",
}
TEXTS = {
    "title": ("Demasiadas horas", "Horas demais", "Too many hours"),
    "wrong": (
        "{value} horas no caben entre {start_date} y {end_date}.",
        "{value} horas não cabem entre {start_date} e {end_date}.",
        "{value} hours do not fit between {start_date} and {end_date}.",
    ),
    "what_to_do": ("Corrija «{column}».", "Corrija “{column}”.", "Correct “{column}”."),
    "why": ("Nadie se capacita sin pausa.", "Ninguém se capacita sem pausa.", "Nobody is trained without a break."),
    "example_wrong": ("99 horas en un día", "99 horas num dia", "99 hours in a day"),
    "example_right": ("4 horas en un día", "4 horas num dia", "4 hours in a day"),
}
#: So many deliveries are judged by it: fewer than the guard on verdicts lets pass.
JUDGED = 4


@pytest.fixture
def new_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The contract with T99 in it."""
    scope.rules_fingerprint()  # kept from here on: only what the test asks for is judged again
    data = shutil.copytree(model.DATA, tmp_path / "data")
    with (data / "rules.csv").open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, RECORD).writerow(RECORD)
    with (data / "messages.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(["T99", part, *texts] for part, texts in TEXTS.items())
    for module in (model, catalogue):
        monkeypatch.setattr(module, "DATA", data)
    _forget()
    more = [*suites._BY_SHEET["training"], rule("T99", "hours", CONDITION)]
    monkeypatch.setitem(suites._BY_SHEET, "training", more)
    yield "T99"
    _forget()


def _forget() -> None:
    load_contract.cache_clear()
    catalogue.messages.cache_clear()


def _deliveries(connection: sa.Connection, *submission_ids: str) -> list[Delivery]:
    return load_deliveries(connection, submission_ids)


@pytest.mark.parametrize("sample", ["peru"], indirect=True)
def test_a_new_rule_reaches_the_partner_and_its_impact_is_what_it_did(
    sample: Sample, tmp_path: Path, new_rule: str
) -> None:
    copy = sample.copy(tmp_path)
    broken = f"""
    select submission_id, row_number from raw.training as t where {CONDITION} and not exists (
        select from ops.finding as f
        where f.submission_id = t.submission_id and f.sheet = 'training' and f.row_number = t.row_number
            and f.rule in ('R01', 'R05')
    )
    """
    asked = [
        row.submission_id
        for row in copy.rows(f"""
        select submission_id from ops.submission as s
        where status like 'accepted%' and submission_id in (select submission_id from ({broken}) as b)
        order by status, submission_id limit {JUDGED}
        """)
    ]
    assert len(asked) > 1
    before = _statuses(copy)
    copy.change(f"update ops.submission set judged_with = null where submission_id in {tuple(asked)}")
    run_again(copy.settings, validate.STEPS)

    found = {tuple(row) for row in copy.rows("select submission_id, row_number from ops.finding where rule = 'T99'")}
    assert found == {tuple(row) for row in copy.rows(broken) if row.submission_id in asked}
    _assert_said(copy, asked)

    after = _statuses(copy)
    impact = rule_impact(copy.settings, new_rule)
    assert impact.findings == len(found)
    assert impact.deliveries == len(asked)
    assert set(impact.returned) == {one for one in asked if after[one] == "returned"}
    turned = {one for one in asked if (before[one], after[one]) == ("accepted", "accepted_with_findings")}
    assert set(impact.no_longer_clean) == turned
    (others,) = copy.rows("""
    select count(*) from ops.finding as f where rule = 'T99' and not exists (
        select from ops.finding as o
        where o.submission_id = f.submission_id and o.sheet = f.sheet and o.row_number = f.row_number
            and o.rule <> f.rule and ((o.severity = 'error' and not o.waived) or o.rule in ('R01', 'R03', 'R05'))
    )
    """)
    assert impact.rows_taken_out == others.count > 0
    assert impact.consequences == 0, "a row of training takes nothing with it"


def _assert_said(copy: Sample, asked: list[str]) -> None:
    engine = database.engine(copy.settings, "loader")
    try:
        with engine.connect() as connection:
            for delivery in _deliveries(connection, *asked):
                facts = load_facts(connection, delivery)
                for one in (finding for finding in delivery.findings if finding.rule == "T99"):
                    row = facts.row(one)
                    for language in LANGUAGES:
                        reader = Reader.of(language, None, None)
                        wanted = {name: reader.date(row[name]) for name in ("start_date", "end_date")}
                        assert sentence(one, facts, reader) == catalogue.text("T99", "wrong", language).format(
                            value=reader.number(row["hours"]), **wanted
                        )
                        assert "{" not in what_to_do(one, facts, reader)
                assert "T99" in {one.rule for one in group(delivery)}
    finally:
        engine.dispose()


def test_a_new_rule_is_in_the_macros_and_on_the_pages(new_rule: str) -> None:
    assert "'T99': 'hours is not null'" in rule_macros.render()
    assert "\n## T99. Demasiadas horas\n" in catalogue.render("es")


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"takes_out": "green_job"}, "takes_out of T99"),
        ({"found_by": "expectations"}, "found_by of T99"),
        ({"row_is": "doubtful"}, "row_is of T99"),
        ({"hides": "page"}, "hides of T99"),
        ({"of_types": "number"}, "of_types of T99"),
    ],
)
def test_an_impossible_record_is_refused(changed: dict[str, str], complaint: str) -> None:
    with pytest.raises(ContractError, match=complaint):
        model._rule({**RECORD, **changed})


def test_the_macros_are_fresh() -> None:
    written = rule_macros.MACROS.read_text(encoding="utf-8")
    assert written == rule_macros.render(), "run python -m include.contract.rule_macros"


def _statuses(copy: Sample) -> dict[str, str]:
    return {row.submission_id: row.status for row in copy.rows("select submission_id, status from ops.submission")}


def test_no_sentence_lacks_what_it_names(sample: Sample) -> None:
    """Every finding of both samples, in every language."""
    said: set[str] = set()
    engine = database.engine(sample.settings, "loader")
    try:
        with engine.connect() as connection:
            ids = connection.scalars(sa.text("select distinct submission_id from ops.finding")).all()
            for delivery in _deliveries(connection, *ids):
                facts = load_facts(connection, delivery)
                for one in delivery.findings:
                    said.add(one.rule)
                    for language in LANGUAGES:
                        reader = Reader.of(language, None, None)
                        for shown in (sentence(one, facts, reader), what_to_do(one, facts, reader)):
                            assert catalogue.UNKNOWN not in shown.replace(one.value or "", ""), one
    finally:
        engine.dispose()
    assert len(said) > 20


@pytest.fixture(scope="module")
def told_apart(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> tuple[Sample, dict[str, str]]:
    """A copy in which some rules are the only ones that found anything in a delivery; rule -> that delivery."""
    copy = sample.copy(tmp_path_factory.mktemp("told_apart"))
    crowded, other = copy.rows("""
    select distinct on (s.row_count, s.submission_id) s.submission_id, s.sheet
    from ops.sheet_reading as s inner join ops.submission as o using (submission_id)
    where o.status like 'accepted%' and s.sheet = 'jobs'
    order by s.row_count desc, s.submission_id limit 2
    """)
    alone = {"C01": crowded.submission_id, "F04": other.submission_id}
    for row in copy.rows("select distinct rule, submission_id from ops.finding where not waived order by 1, 2"):
        if row.rule not in alone and row.submission_id not in alone.values():
            alone[row.rule] = row.submission_id
    columns = "submission_id, rule, severity, sheet, row_number"
    copy.change(
        *(
            f"delete from ops.finding where submission_id = '{submission_id}' and rule <> '{key}'"
            for key, submission_id in alone.items()
        ),
        f"insert into ops.finding ({columns}) values ('{alone['F04']}', 'F04', 'critical', 'cover', 3)",
        # so many that the sheet returns the delivery
        f"insert into ops.finding ({columns}) select submission_id, 'C01', 'error', 'jobs', row_number "
        f"from raw.jobs where submission_id = '{alone['C01']}'",
    )
    return copy, alone


@pytest.mark.parametrize("sample", ["peru"], indirect=True)
def test_the_impact_of_a_rule_is_that_of_a_warehouse_without_it(told_apart: tuple[Sample, dict[str, str]]) -> None:
    copy, alone = told_apart
    engine = database.engine(copy.settings, "loader")
    kinds = set()
    try:
        before = _settled(engine, "")
        for key in (key for key in alone if not load_contract().rules[key].is_derived):
            without = _settled(engine, key)
            impact = rule_impact(copy.settings, key)
            turned = {one: (before[one], status) for one, status in without.items() if before[one] != status}
            assert set(impact.returned) == {one for one, (was, _) in turned.items() if was == "returned"}, key
            to_correct = {one for one, change in turned.items() if change == ("accepted_with_findings", "accepted")}
            assert set(impact.no_longer_clean) == to_correct, key
            kinds.update((key, was) for was, _ in turned.values())
    finally:
        engine.dispose()
    assert {("C01", "returned"), ("F04", "returned")} <= kinds
    assert sum(was == "accepted_with_findings" for _, was in kinds) > 1


def _settled(engine: sa.Engine, rule_key: str) -> dict[str, str]:
    """What statuses are without the findings of a rule; leaves nothing behind."""
    with engine.connect() as connection:
        connection.execute(sa.text("delete from ops.finding where rule = :rule"), {"rule": rule_key})
        connection.execute(sa.text("drop table if exists work.settling"))
        asked = "select submission_id from ops.submission where status <> 'duplicate'"
        connection.execute(sa.text(f"create table work.settling as {asked}"))
        settle(connection)
        statuses = connection.execute(sa.text("select submission_id, status from ops.submission")).tuples().all()
        connection.rollback()
    return dict(statuses)


@pytest.mark.parametrize("sample", ["peru"], indirect=True)
def test_a_key_used_again_takes_its_row_and_nothing_below_the_first(
    told_apart: tuple[Sample, dict[str, str]],
) -> None:
    copy, _ = told_apart
    before = rule_impact(copy.settings, "R04")
    (chosen,) = copy.rows("""
    select s.submission_id, t.enterprise_ref from ops.submission as s inner join raw.training as t using (submission_id)
    where s.status like 'accepted%' order by 1, 2 limit 1
    """)
    again = f"'{chosen.submission_id}', 9999, '{chosen.enterprise_ref}'"
    columns = "submission_id, row_number, enterprise_ref"
    copy.change(
        f"insert into raw.enterprises ({columns}, unread, received) values ({again}, '{{}}', '{{}}')",
        f"insert into ops.finding ({columns}, rule, severity, sheet) values ({again}, 'R04', 'error', 'enterprises')",
    )
    after = rule_impact(copy.settings, "R04")
    assert after.rows == before.rows + 1
    assert after.consequences == before.consequences
    engine = database.engine(copy.settings, "loader")
    try:
        with engine.connect() as connection:
            (delivery,) = _deliveries(connection, chosen.submission_id)
    finally:
        engine.dispose()
    assert chosen.enterprise_ref not in delivery.causes
