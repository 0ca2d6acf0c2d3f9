"""Rules of the jobs sheet (``work.jobs``)."""

from __future__ import annotations

from expectations.rule_expectation import ExpectRowsToKeepRule, rule

#: Full-time equivalents one person can at most stand for (J04).
FTE_PER_PERSON_MAX = 1.25

#: People an enterprise of a size can have, and how many times as many are taken for a slip (J05).
PEOPLE_OF_SIZE = {"micro": 10, "small": 50, "medium": 250}
PEOPLE_TIMES = 10

_MOST_PEOPLE = " ".join(f"when '{size}' then {people * PEOPLE_TIMES}" for size, people in PEOPLE_OF_SIZE.items())

EXPECTATIONS: list[ExpectRowsToKeepRule] = [
    rule(
        "J02",
        "maintained_headcount",
        "maintained_headcount > baseline_headcount or maintained_headcount > current_headcount",
    ),
    rule("J03", "maintained_fte", "maintained_fte > baseline_fte or maintained_fte > current_fte"),
    *(
        rule("J04", f"{moment}_fte", f"{moment}_fte > {FTE_PER_PERSON_MAX} * {moment}_headcount")
        for moment in ("baseline", "current", "maintained")
    ),
    *(
        rule("J05", f"{moment}_headcount", f"{moment}_headcount > case enterprise_size_class {_MOST_PEOPLE} end")
        for moment in ("baseline", "current")
    ),
]
