"""A verdict that changes while its partner did nothing: the mail says what changed and by what."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from include.contract import catalogue
from include.contract.locales import LANGUAGES
from include.stage7_outputs.answers.news import Told, news, told
from include.stage7_outputs.findings.deliveries import Delivery
from include.stage7_outputs.findings.facts import Facts
from include.stage7_outputs.findings.groups import group
from include.stage7_outputs.findings.verdict import reason
from include.stage7_outputs.mail.message import compose
from tests.feedback.made_up import delivery, finding

BEFORE = delivery(finding("S06", "sales"), finding("J02"), finding("X02", "file", None, column=None))


def said(now: Delivery, before: Told | None = None, compared_with: str | None = "PE-01-0001") -> str:
    before = before or told(BEFORE, "PE-01-0001")
    return " ".join(news(now, before, told(now, compared_with), now.reader))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_waiver_is_named_with_its_reason_and_so_is_its_end(language: str) -> None:
    waived = replace(BEFORE.findings[0], waived=True, waiver_reason="confirmed by phone.")
    now = replace(BEFORE, findings=(waived, *BEFORE.findings[1:]), language=language)
    assert catalogue.text("S06", "title", language) in said(now)
    assert said(now).endswith(": confirmed by phone.")
    assert "J02" not in said(now)
    ended = said(replace(BEFORE, language=language), told(now, "PE-01-0001"))
    assert catalogue.text("S06", "title", language) in ended
    assert "confirmed by phone" not in ended


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_change_of_the_result_is_said_first(language: str) -> None:
    now = replace(BEFORE, status="returned", language=language, findings=(*BEFORE.findings, finding("F05", "cover")))
    words = said(now)
    was, is_now = (catalogue.word(f"status.{status}", language) for status in (BEFORE.status, "returned"))
    assert words.index(was) < words.index(is_now) < words.index("(F05)")
    body = compose(now, Facts(now), group(now), None, [], "m", [words]).decode()
    assert "(F05)" in body.partition("\r\n\r\n")[2].split("\r\n\r\n")[2].replace("=\r\n", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_another_statement_before_it_is_named(language: str) -> None:
    now = replace(BEFORE, findings=BEFORE.findings[:2], language=language)
    assert "PE-01-0004" in said(now, compared_with="PE-01-0004")
    assert "PE-01-0004" in said(replace(BEFORE, language=language), compared_with="PE-01-0004"), "as many are missing"
    assert "X02" not in said(now, compared_with="PE-01-0004"), "said in words"
    gone = said(now, replace(told(BEFORE), compared_with=None), None)
    assert gone.endswith(catalogue.word("news.no_statement", language))


def test_figures_and_withdrawals() -> None:
    declared = replace(BEFORE, findings=(*BEFORE.findings, finding("X01", "cover")))
    assert said(declared).endswith(catalogue.word("news.figures", "es"))
    lifted = said(BEFORE, replace(told(BEFORE, "PE-01-0001"), status="withdrawn"))
    assert catalogue.word("news.not_withdrawn", "es") in lifted


def test_consequences_are_no_causes() -> None:
    now = replace(BEFORE, status="returned", findings=(*BEFORE.findings, finding("F08", "sales", None)))
    assert "F08" not in said(now)


def test_a_first_answer_and_the_same_once_more_have_no_news() -> None:
    now = told(BEFORE, "PE-01-0001")
    assert news(BEFORE, None, now, BEFORE.reader) == news(BEFORE, now, now, BEFORE.reader) == []
    assert Told(**json.loads(json.dumps(now.as_json()))) == now


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_withdrawn_delivery_says_which_counts_instead(language: str) -> None:
    withdrawn = delivery(status="withdrawn", withdrawal_reason="another year", language=language)
    instead = replace(withdrawn, counting_id="PE-01-0007")
    assert "another year" in reason(instead, [], instead.reader)
    assert "PE-01-0007" in reason(instead, [], instead.reader)
    assert reason(withdrawn, [], withdrawn.reader).endswith(catalogue.word("why.none_counts", language))
