"""What the answer says of the statement before: the missing enterprises by name, a renumbered list first of all."""

from __future__ import annotations

import pytest

from include.contract.locales import LANGUAGES
from include.stage4_validation.statements import Comparison
from include.stage7_outputs.findings.facts import Facts
from include.stage7_outputs.findings.groups import group
from include.stage7_outputs.findings.sentences import sentence
from include.stage7_outputs.mail.message import compose
from tests.feedback.made_up import delivery, finding


@pytest.mark.parametrize(
    ("kept", "changed", "is_renumbered"),
    [(15, 6, True), (15, 5, False), (14, 5, True), (12, 4, False), (5, 5, True), (4, 4, False), (0, 0, False)],
)
def test_a_list_seems_renumbered_from_five_references_and_more_than_a_third_on(
    kept: int, changed: int, is_renumbered: bool
) -> None:
    assert Comparison((), kept, changed).is_renumbered is is_renumbered


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_missing_enterprises_are_listed(language: str) -> None:
    one = finding("X02", "file", row=None, column=None, value="2")
    made = delivery(one, language=language)
    said = sentence(one, Facts(made, comparison=Comparison(("E0007", "E0031"), 5)), made.reader)
    assert "E0007, E0031" in said
    assert "2" in said


def test_a_long_list_is_cut_between_references() -> None:
    one = finding("X02", "file", row=None, column=None, value="9000")
    made = delivery(one)
    said = sentence(one, Facts(made, comparison=Comparison(tuple(f"E{n:05}" for n in range(9000)), 5)), made.reader)
    assert len(said) < 32_000
    assert "E00000, " in said
    assert said.endswith(", …).")


@pytest.mark.parametrize(("language", "word"), [("es", "renumerada"), ("pt", "renumerada"), ("en", "renumbered")])
def test_a_renumbered_list_is_said_first_of_all(language: str, word: str) -> None:
    found = [finding("X03", "enterprises", row) for row in range(2, 8)] + [finding("J02", row=3)]
    made = delivery(*found, language=language)
    facts = Facts(made, comparison=Comparison((), 9, 6))
    body = compose(made, facts, group(made), None, [], "m").decode("utf-8", "replace")
    plain = compose(made, Facts(made), group(made), None, [], "m").decode("utf-8", "replace")
    text = body.partition("\r\n\r\n")[2]
    assert word in text.split("\r\n\r\n")[1], "before what was received and decided"
    assert word not in plain.partition("\r\n\r\n")[2].split("\r\n\r\n")[1]
