"""Findings are ordered by what they clear, consequences fold under causes, versions are compared fairly."""

from __future__ import annotations

from include.stage7_outputs.findings.changes import changes
from include.stage7_outputs.findings.deliveries import Version
from include.stage7_outputs.findings.groups import group
from tests.feedback.made_up import delivery, finding

JUDGED = frozenset({"file", "cover", "enterprises", "jobs", "training"})


def test_what_clears_the_most_comes_first() -> None:
    made = delivery(
        finding("E04", "enterprises", 2, column="tax_id"),
        *(finding("C02", "jobs", row, column="current_fte") for row in range(2, 5)),
        finding("E03", "enterprises", 3, column="tax_id", enterprise_ref="E0002"),
        *(finding("R03", "jobs", row, column=None, cell=None, enterprise_ref="E0002") for row in range(5, 9)),
        finding("C09", "jobs", 9),
        finding("C05", "jobs", 10, column="sex", waived=True),
        causes={"E0002": {("E03", "tax_id")}},
    )
    groups = group(made)
    assert [one.rule for one in groups] == ["E03", "C02", "E04", "C09", "C05"]
    assert groups[0].consequences == 4
    assert sum(one.count for one in groups) + 4 == len(made.findings)


def test_errors_that_return_a_file_come_before_larger_groups() -> None:
    made = delivery(
        *(finding("C02", "jobs", row, column="current_fte") for row in range(2, 40)),
        finding("F08", "training", None, column=None),
        *(finding("C01", "training", row, column="topic") for row in range(2, 14)),
        status="returned",
    )
    assert [(one.rule, one.sheet) for one in group(made)] == [("F08", "training"), ("C01", "training"), ("C02", "jobs")]


def test_a_repeated_key_is_no_cause_of_what_hangs_below_its_first_row() -> None:
    made = delivery(
        finding("R04", "enterprises", 9),
        finding("R03", "jobs", 5, column=None, cell=None),
    )
    assert [(one.rule, one.consequences) for one in group(made)] == [("R04", 0), ("R03", 0)]


def test_fixed_still_there_and_new() -> None:
    before = (
        finding("C05", "jobs", 4, column="sex", enterprise_ref="E0004"),
        finding("C05", "jobs", 5, column="sex", enterprise_ref="E0005", value="x"),
        finding("T04", "training", 7, column="hours"),
    )
    after = (
        # moved down by a row and changed, but wrong still
        finding("C05", "jobs", 6, column="sex", enterprise_ref="E0005", value="y"),
        finding("J02", "jobs", 9, column="maintained_headcount"),
        finding("C09", "jobs", 9, column="sex"),
    )
    found = changes(delivery(*after, version=2, previous=Version(1, before, JUDGED)))
    assert found is not None
    assert found.since == ("still", "new", None)
    assert found.fixed == {("C05", "jobs", "sex"): 1, ("T04", "training", "hours"): 1}


def test_what_was_not_checked_is_neither_new_nor_fixed() -> None:
    errors = (finding("C05", "jobs", 4, column="sex"),)
    critical = (finding("F05", "cover", 3, column="period"),)
    unjudged = frozenset({"file"})
    later = changes(delivery(*errors, version=2, previous=Version(1, critical, unjudged)))
    assert later is not None
    assert later.since == ("unchecked",)
    assert later.fixed == {("F05", "cover", "period"): 1}
    returned = changes(delivery(*critical, version=2, status="returned", previous=Version(1, errors, JUDGED)))
    assert returned is not None
    assert returned.since == ("new",)
    assert returned.fixed == {}


def test_an_unreadable_file_fixes_nothing() -> None:
    before = (finding("F07", "jobs", None, column="sex"),)
    found = changes(delivery(finding("F01", "file", None, column=None), version=2, previous=Version(1, before, JUDGED)))
    assert found is not None
    assert found.fixed == {}
    assert found.since == ("new",)


def test_a_first_version_has_nothing_to_compare_with() -> None:
    assert changes(delivery(finding("C05"))) is None


def test_a_file_the_decoder_refused_is_not_opened_again() -> None:
    assert delivery(finding("C05")).was_read
    assert not delivery(finding("F02", "file", None, column=None, waived=True)).was_read
