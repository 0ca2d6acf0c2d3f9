"""What cannot be closed is refused in one sentence, before anything is changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from include.closing import proposal, refusals, release
from include.closing.errors import Refused, Void
from include.platform import database
from include.platform.settings import Settings
from tests.closing.conftest import ANA, LUIS, PERIOD, forget_releases, propose


@pytest.fixture
def night(office: Settings) -> Iterator[Callable[[str, str], None]]:
    """Begin another night, with this id and status; one that succeeded has published."""
    engine = database.engine(office, "loader")

    def begin(night_id: str, status: str) -> None:
        with engine.begin() as connection:
            connection.execute(
                sa.text("""
                insert into ops.night (night_id, as_of, inbox, registry, status, started_at, published_at)
                select
                    :night_id, max(as_of), '', '', :status, max(started_at) + interval '1 minute',
                    case when :status = 'succeeded' then max(published_at) + interval '1 minute' end
                from ops.night
                """),
                {"night_id": night_id, "status": status},
            )

    yield begin
    with engine.begin() as connection:
        connection.execute(sa.text("delete from ops.night where night_id like 'made %'"))
    engine.dispose()
    forget_releases(office)


def _refused(office: Settings, engine: sa.Engine, period: str = PERIOD, note: str | None = None) -> str:
    with engine.connect() as connection, pytest.raises(Refused) as refusal:
        refusals.check(connection, office, period, note)
    assert refusal.value.exit_status == 2
    return str(refusal.value)


@pytest.mark.parametrize(
    ("period", "said"),
    [("2031-S1", "There is no period '2031-S1'"), ("2026-S1", "2026-S1 has not ended: its last day is 2026-06-30")],
)
def test_a_period_that_is_unknown_or_open(office: Settings, transformer: sa.Engine, period: str, said: str) -> None:
    assert said in _refused(office, transformer, period)


@pytest.mark.parametrize(
    ("status", "said"), [("running", "made 1 is running"), ("failed", "The last night, made 1, is failed")]
)
def test_a_night_that_runs_or_has_failed(
    office: Settings, transformer: sa.Engine, night: Callable[[str, str], None], status: str, said: str
) -> None:
    night("made 1", status)
    assert said in _refused(office, transformer)


def test_people(office: Settings, transformer: sa.Engine) -> None:
    """Nobody has ever been made a person of this Airflow."""
    assert "ana, of CLOSERS, is not a person of Airflow: make user NAME=ana" in _refused(office, transformer)
    nobody = dataclasses.replace(office, closers=())
    assert "CLOSERS names nobody" in _refused(nobody, transformer)


def test_another_that_waits_and_one_that_waits_no_longer(
    office: Settings, transformer: sa.Engine, night: Callable[[str, str], None]
) -> None:
    propose(transformer, "first")
    assert "A close of 2025-S2 is waiting for its approvals (run first)" in _refused(office, transformer)
    with transformer.connect() as connection, pytest.raises(Refused, match="not a person"):  # its run was ended
        refusals.check(connection, office, PERIOD, None, lambda _: False)
    night("made 1", "succeeded")
    assert "not a person" in _refused(office, transformer)  # a night has made it void
    propose(transformer, "second")
    with transformer.connect() as connection, pytest.raises(Void, match=r"is void: .*second took its place"):
        proposal.of(connection, "first")


@pytest.mark.usefixtures("released")
def test_a_period_is_closed_again_with_a_note_alone(office: Settings, transformer: sa.Engine) -> None:
    assert "2025-S2 is closed already (2025-S2/1)" in _refused(office, transformer)
    propose(transformer, "second", "a late file")
    assert release.publish(office, transformer, "second", ANA, LUIS) == "2025-S2/2"
    assert release.publish(office, transformer, "second", ANA, LUIS) == "2025-S2/2"  # a step tried again


def test_what_is_no_longer_what_was_shown_is_not_signed(
    office: Settings, transformer: sa.Engine, night: Callable[[str, str], None]
) -> None:
    propose(transformer, "first")
    for first, second, said in (
        (ANA, ANA, "ana has approved twice"),
        (LUIS, ANA, "luis is not among CLOSERS"),
        (ANA, dataclasses.replace(LUIS, is_yes=False), "not approved twice"),
    ):
        with pytest.raises(Void, match=said):
            release.publish(office, transformer, "first", first, second)
    with transformer.begin() as connection:
        connection.execute(sa.text("update ops.closing set figures_sha256 = 'of others'"))
    with pytest.raises(Void, match="other figures than those shown"):
        release.publish(office, transformer, "first", ANA, LUIS)
    night("made 1", "succeeded")
    with pytest.raises(Void, match=r"since it was made a night has published, made 1 of 2026-02-20"):
        release.publish(office, transformer, "first", ANA, LUIS)
    with transformer.connect() as connection:
        assert connection.scalar(sa.text("select count(*) from marts.release")) == 0


def test_a_night_that_began_and_has_not_published_leaves_the_proposal_as_it_is(
    office: Settings, transformer: sa.Engine, night: Callable[[str, str], None]
) -> None:
    propose(transformer, "first")
    night("made 1", "failed")
    night("made 2", "running")
    with transformer.connect() as connection, pytest.raises(Refused, match="made 2 is running"):
        refusals.check(connection, office, PERIOD, None)
    assert release.publish(office, transformer, "first", ANA, LUIS) == "2025-S2/1"
