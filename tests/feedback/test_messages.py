"""Messages are complete in three languages, fill in, and the rule pages say what they say."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from include.contract import catalogue, load_contract
from include.contract.locales import LANGUAGES
from include.stage7_outputs.findings.facts import Facts
from include.stage7_outputs.findings.named import is_named
from include.stage7_outputs.findings.sentences import sentence, what_to_do
from tests.feedback.made_up import delivery, finding


def test_every_rule_has_every_part_in_every_language() -> None:
    for rule in load_contract().rules:
        for part, language in itertools.product(catalogue.RULE_PARTS, LANGUAGES):
            assert catalogue.text(rule, part, language).strip(), (rule, part, language)


def test_there_are_no_texts_of_unknown_rules_and_none_is_empty_or_untrimmed() -> None:
    known = {*load_contract().rules, catalogue.WORDS}
    for (key, part), texts in catalogue.messages().items():
        assert key in known
        for language, text in texts.items():
            assert text == " ".join(text.split()) != "", (key, part, language)


def test_the_languages_have_the_same_placeholders() -> None:
    for (key, part), texts in catalogue.messages().items():
        names = {language: catalogue.placeholders(text) for language, text in texts.items()}
        assert names["es"] == names["pt"] == names["en"], (key, part, names)


def test_texts_name_only_what_is_known_of_a_finding_on_every_sheet_of_the_rule() -> None:
    contract = load_contract()
    for rule in contract.rules.values():
        for sheet in contract.sheets_of(rule) or [rule.sheet]:
            one = finding(rule.key, sheet)
            unknown = {name for name in catalogue.names_in_texts(rule.key) if not is_named(name, one)}
            assert not unknown, (rule.key, sheet, unknown)


def test_texts_of_different_languages_differ() -> None:
    same_on_purpose = {"receipt.sha256", "unit.error.one"}
    for (key, part), texts in catalogue.messages().items():
        if part.startswith("example_") or part in same_on_purpose or len(texts["en"]) < 12:
            continue
        assert texts["es"] != texts["en"] != texts["pt"], (key, part)


def test_everything_counted_has_a_singular_and_a_plural() -> None:
    parts = {part for key, part in catalogue.messages() if key == catalogue.WORDS}
    counted = {part.rpartition(".")[0] for part in parts if part.endswith((".one", ".many"))}
    assert len(counted) > 15
    for part in counted:
        assert {f"{part}.one", f"{part}.many"} <= parts
    assert catalogue.counted("unit.row", 1, "pt") == "1 linha"
    assert catalogue.counted("unit.row", 0, "es") == "0 filas"
    assert catalogue.counted("unit.person", 2, "en") == "2 people"


def test_every_rule_says_what_is_allowed_at_its_columns() -> None:
    contract = load_contract()
    for rule in contract.rules.values():
        sheets = [one for one in contract.row_sheets if rule.sheet in (one.key, "any")] or [contract.sheets["cover"]]
        for sheet, language in itertools.product(sheets, LANGUAGES):
            named = [column.key for column in sheet.columns if column.key in rule.column]
            for column in named or [sheet.columns[0].key]:
                assert catalogue.allowed(rule.key, sheet.key, column, language), (rule.key, sheet.key, column)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_fills_in_for_a_bare_finding(language: str) -> None:
    for rule in load_contract().rules.values():
        sheet = rule.sheet if rule.sheet in load_contract().sheets else {"file": "file"}.get(rule.sheet, "jobs")
        for cell in ("A5", None):
            one = finding(rule.key, sheet, cell=cell, column=None if sheet == "file" else "enterprise_ref")
            made = delivery(one, language=language)
            said = sentence(one, Facts(made), made.reader)
            assert said
            assert "{" not in said


def test_a_partners_braces_stand_as_they_are() -> None:
    one = finding("C05", value="{value} {0} {folder.__class__}", column="sex")
    made = delivery(one)
    assert "«{value} {0} {folder.__class__}»" in sentence(one, Facts(made), made.reader)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rule_pages_are_fresh(language: str) -> None:
    page = catalogue.page(language).read_text(encoding="utf-8")
    assert page == catalogue.render(language), "run python -m include.contract.catalogue"
    for rule in load_contract().rules.values():  # partners meet a rule when it is enforced
        assert (f"\n## {rule.key}. " in page) != rule.is_shadow


def test_a_sheet_without_a_header_is_told_so() -> None:
    one = finding("F07", "standards", None, column="scope", cell=None)
    with_header = delivery(one)
    place = replace(with_header.sheets["standards"], header_row=None)
    without = delivery(one, sheets={**with_header.sheets, "standards": place})
    for made, is_told in ((with_header, False), (without, True)):
        said = sentence(one, Facts(made), made.reader), what_to_do(one, Facts(made), made.reader)
        assert ("primeras 20 filas no hay un encabezado" in said[0]) is is_told
        assert ("déjela vacía" in said[1]) is is_told
