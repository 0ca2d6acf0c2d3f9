"""Duplicates and versions, decided in the order deliveries were taken."""

from __future__ import annotations

from datetime import date

import pytest

from include.stage4_validation.versions import Delivery, number_versions


def delivery(
    number: int, content: str, period: str | None, status: str, version: int | None = None, of: str | None = None
) -> Delivery:
    return Delivery(f"PE-01-{number:04d}", "PE-01", content, period, status, version, of)


def outcome(deliveries: list[Delivery]) -> list[tuple[str, int | None, bool]]:
    return [(d.status, d.version, d.is_current) for d in number_versions(deliveries)]


def test_an_accepted_version_supersedes_the_older() -> None:
    assert outcome(
        [delivery(1, "a", "2024-S1", "accepted"), delivery(2, "b", "2024-S1", "accepted_with_findings")]
    ) == [
        ("accepted", 1, False),
        ("accepted_with_findings", 2, True),
    ]


def test_a_returned_version_never_displaces_an_accepted_one() -> None:
    assert outcome([delivery(1, "a", "2024-S1", "accepted"), delivery(2, "b", "2024-S1", "returned")]) == [
        ("accepted", 1, True),
        ("returned", 2, False),
    ]


def test_bytes_of_a_current_version_are_a_duplicate() -> None:
    decided = number_versions([delivery(1, "a", "2024-S1", "accepted"), delivery(2, "a", "2024-S1", "accepted")])
    assert (decided[1].status, decided[1].duplicate_of, decided[1].version) == ("duplicate", "PE-01-0001", None)


def test_bytes_of_a_superseded_version_are_judged_again() -> None:
    assert outcome(
        [
            delivery(1, "a", "2024-S1", "accepted"),
            delivery(2, "b", "2024-S1", "accepted"),
            delivery(3, "a", "2024-S1", "accepted"),
        ]
    ) == [("accepted", 1, False), ("accepted", 2, False), ("accepted", 3, True)]


def test_bytes_of_a_returned_version_are_judged_again() -> None:
    assert outcome([delivery(1, "a", "2024-S1", "returned"), delivery(2, "a", "2024-S1", "accepted")]) == [
        ("returned", 1, False),
        ("accepted", 2, True),
    ]


def test_a_delivery_without_a_period_is_no_version() -> None:
    assert outcome([delivery(1, "a", None, "returned")]) == [("returned", None, False)]


def test_what_an_earlier_night_decided_stays() -> None:
    """The first was returned when the second, of the same bytes, became a version; a waiver now lifts the first."""
    assert outcome(
        [
            delivery(1, "a", "2024-S1", "accepted", version=1),
            delivery(2, "a", "2024-S1", "accepted", version=2),
            delivery(3, "a", "2024-S1", "duplicate", of="PE-01-0002"),
        ]
    ) == [("accepted", 1, False), ("accepted", 2, True), ("duplicate", None, False)]


def test_the_version_before_a_withdrawn_one_counts_again() -> None:
    assert outcome([delivery(1, "a", "2024-S1", "accepted"), delivery(2, "b", "2024-S1", "withdrawn")]) == [
        ("accepted", 1, True),
        ("withdrawn", 2, False),
    ]


@pytest.mark.parametrize(
    ("received_on", "is_of_tonight", "expected"),
    [
        # tonight's registry has it withdrawn, whatever the day it names
        (date(2025, 3, 1), True, ("accepted", 2, True)),
        # decided after the night that took it: by what was current on that day
        (date(2025, 3, 1), False, ("duplicate", None, False)),
        (date(2025, 3, 5), False, ("accepted", 2, True)),
    ],
)
def test_bytes_of_a_withdrawn_version_are_a_duplicate_only_before(
    received_on: date, is_of_tonight: bool, expected: tuple[str, int | None, bool]
) -> None:
    first, again = delivery(1, "a", "2024-S1", "withdrawn"), delivery(2, "a", "2024-S1", "accepted")
    first.withdrawn_on = date(2025, 3, 5)
    again.received_on, again.is_of_tonight = received_on, is_of_tonight
    assert outcome([first, again]) == [("withdrawn", 1, False), expected]


def test_what_a_withdrawn_version_had_superseded_was_no_current_one_then() -> None:
    first, second, again = (
        delivery(n, content, "2024-S1", "accepted") for n, content in ((1, "a"), (2, "b"), (3, "a"))
    )
    second.status, second.withdrawn_on = "withdrawn", date(2025, 3, 5)
    again.received_on, again.is_of_tonight = date(2025, 3, 1), False
    assert outcome([first, second, again]) == [("accepted", 1, False), ("withdrawn", 2, False), ("accepted", 3, True)]
