"""Figures of a past night again from the archive alone: equal, or told; and nothing is left of it."""

from __future__ import annotations

import csv
import dataclasses
import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from include.platform import content, database
from include.platform.errors import PlatformError, UsageError
from include.platform.settings import Settings, ensure_state
from include.reproduction import compare, past
from include.reproduction.project_copy import ProjectCopy, with_todays
from include.reproduction.replay import replay
from include.reproduction.reproduce import made_again, reproduce
from include.reproduction.scratch import scratch
from include.stage6_publication import kept_nights
from tests.conftest import PROGRAMME_AS_OF
from tests.operations.conftest import rows_of
from tests.publication.clients import rows

DIGIT = """
update marts.kpi_headline_history set unique_value = unique_value + :more
where kpi = 'green_jobs' and scope_type = 'programme' and period = '2025-S2'
"""


@pytest.fixture
def transformer(programme: Settings) -> Iterator[sa.Engine]:
    engine = database.engine(programme, "transformer")
    yield engine
    engine.dispose()


@pytest.fixture
def night(transformer: sa.Engine) -> past.PastNight:
    with transformer.connect() as connection:
        return past.of_day(connection, PROGRAMME_AS_OF + timedelta(days=30))


@contextmanager
def signed(settings: Settings, night: past.PastNight) -> Iterator[str]:
    """A release of today's figures, as the administrator makes one and takes it away."""
    engine = database.engine(settings)
    columns = "period, scope_type, scope_code, kpi, unit, claimed, valid, unique_value, evidenced"
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(
                f"insert into marts.release_figure (release, {columns}) "
                f"select '2025-S2/1', {columns} from marts.kpi_headline where period = '2025-S2'"
            )
            connection.execute(
                sa.text("""
                insert into marts.release (
                    release, period, night_id, as_of, proposed_by, approved_by, approved_at, figures_sha256,
                    evidence_sha256, signature
                )
                values ('2025-S2/1', '2025-S2', :night_id, :as_of, 'ana', 'bruno', now(), '', '', '')
                """),
                {"night_id": night.night_id, "as_of": night.as_of},
            )
        yield "2025-S2/1"
    finally:
        with engine.begin() as connection:
            for table in ("release_figure", "release"):
                connection.exec_driver_sql(f"delete from marts.{table} where release = '2025-S2/1'")
        engine.dispose()


def left_over(settings: Settings) -> list[str]:
    """What a scratch warehouse has left."""
    engine = database.engine(settings)
    try:
        with engine.connect() as connection:
            named = connection.scalars(sa.text("select datname from pg_database where datname like '%reproduced%'"))
            return [*named, *(path.name for path in settings.state.glob(".reproducing-*"))]
    finally:
        engine.dispose()


def test_a_night_again_is_equal_and_a_changed_digit_is_told(
    programme: Settings, transformer: sa.Engine, night: past.PastNight
) -> None:
    before = rows_of(programme, "ops", "marts", "registry", "reference")
    with made_again(programme, night) as made:
        headline, counted = compare.with_history(programme, made.settings, night)
        assert headline.is_equal and counted.is_equal, headline.shown + counted.shown
        assert headline.rows > 100 and counted.rows > 100 and made.deliveries > 20
        with transformer.begin() as connection:
            assert connection.execute(sa.text(DIGIT), {"more": 1}).rowcount == 1
        try:
            headline, counted = compare.with_history(programme, made.settings, night)
        finally:
            with transformer.begin() as connection:
                connection.execute(sa.text(DIGIT), {"more": -1})
        with signed(programme, night) as release, transformer.connect() as connection:
            assert past.of_release(connection, release) == night
            released = compare.with_release(programme, made.settings, release)
            assert released.is_equal and released.rows > 20
    assert headline.differing == 1 and counted.is_equal
    assert "green_jobs" in headline.shown[0] and "unique_value" in headline.shown[0] and ", now " in headline.shown[0]
    assert left_over(programme) == []
    assert rows_of(programme, "ops", "marts", "registry", "reference") == before


def test_what_was_kept_is_used_and_not_what_is_there_today(programme: Settings, night: past.PastNight) -> None:
    """As though that night had judged with a rule in shadow and counted with other rates."""
    rules = content.read(programme.archive, content.RULES, night.rules_sha256)["rules.csv"]
    life = [
        line.replace(b",enforced,", b",shadow,", 1) if line[:1] in b"JSTPE" else line for line in rules.split(b"\n")
    ]
    rates = content.read(programme.archive, content.REFERENCE, night.reference_sha256)
    other = {**rates, "fx_monthly.csv": rates["fx_monthly.csv"].replace(b",1.", b",2.")}
    other_night = dataclasses.replace(
        night,
        rules_sha256=content.keep(programme.archive, content.RULES, {"rules.csv": b"\n".join(life)}),
        reference_sha256=content.keep(programme.archive, content.REFERENCE, other),
    )
    with made_again(programme, other_night) as made:
        headline, counted = compare.with_history(programme, made.settings, night)
        engine = database.engine(made.settings, "loader")
        with engine.connect() as connection:
            found = connection.scalar(sa.text("select count(*) from ops.shadow_finding"))
            judged_by = connection.execute(sa.text("select rules_sha256, reference_sha256 from ops.night")).one()
        engine.dispose()
    assert tuple(judged_by) == (other_night.rules_sha256, other_night.reference_sha256) and found
    assert not headline.is_equal and not counted.is_equal
    assert any("made again, and not kept" in line for line in counted.shown), "rows that the rules had taken out"


def test_days_and_releases_there_are_not(programme: Settings) -> None:
    with pytest.raises(UsageError, match=f"lies before {PROGRAMME_AS_OF}, the load date of the first night") as refused:
        reproduce(programme, day=PROGRAMME_AS_OF - timedelta(days=1))
    assert refused.value.exit_status == 2
    with pytest.raises(UsageError, match=r"There is no release '2025-S2/9'\. There are: "):
        reproduce(programme, release="2025-S2/9")


def test_nothing_is_left_after_ctrl_c_nor_by_one_that_was_killed(programme: Settings) -> None:
    (programme.state / ".reproducing-killed").mkdir()
    seen = []

    def interrupted() -> None:
        with scratch(programme):
            seen.extend(left_over(programme))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(seen) == 2 and ".reproducing-killed" not in seen
    assert left_over(programme) == []


def test_a_night_that_cannot_be_made_again_is_one_sentence(programme: Settings, night: past.PastNight) -> None:
    with pytest.raises(PlatformError, match=r"archive/rules/0+ is gone: bring it back"):
        ProjectCopy.of(programme.state / "none", programme.archive, night.reference_sha256, "0" * 64)


def test_history_is_made_again_from_the_archive_alone(programme: Settings, elsewhere: Settings) -> None:
    ensure_state(elsewhere)
    shutil.copytree(programme.archive, elsewhere.archive, dirs_exist_ok=True)
    shutil.copy(programme.secrets / "pseudonym_key", elsewhere.secrets)
    assert replay(elsewhere).nights == 1
    assert rows_of(elsewhere, "marts", "restricted") == rows_of(programme, "marts", "restricted"), "causes, too"
    nights = "select night_id, as_of, registry, started_at, published_at, registry_sha256, code_version from ops.night"
    assert rows(elsewhere, "loader", nights) == rows(programme, "loader", nights)
    with pytest.raises(UsageError, match="is not empty, and nothing was changed"):
        replay(elsewhere)


def test_the_archive_lists_the_nights_that_published(programme: Settings, night: past.PastNight) -> None:
    (kept,) = kept_nights.read(programme.archive)
    assert past.PastNight.of(kept.row) == night
    assert sum(of is not None for of in kept.decided.values()) > 0 and len(kept.decided) > 20


def test_rules_that_a_night_did_not_have_change_nothing(programme: Settings, night: past.PastNight) -> None:
    """A rule that came later is in shadow, a column of the file that came later says what it says today."""
    kept = content.read(programme.archive, content.RULES, night.rules_sha256)["rules.csv"]
    assert with_todays(kept) == (kept, [])
    header, *lines = kept.decode().splitlines()
    assert header.endswith(",hides,what_it_says") and header.split(",")[4] == "life"
    older = [line.replace(",enforced,", ",shadow,") if line.startswith("P01,") else line for line in lines]
    older = [line for line in older if not line.startswith(("S09,", "F12,"))]
    columns = [[*row[:5], *row[6:]] for row in csv.reader([header, *older])]  # without the rule's own column
    file = io.StringIO()
    csv.writer(file).writerows(columns)
    written, unknown = with_todays(file.getvalue().encode())
    assert unknown == ["F12", "S09"]
    then, now = (list(csv.DictReader(io.StringIO(each.decode()))) for each in (kept, written))
    told = {row["rule"]: row for row in now}
    assert {row["rule"]: row for row in then} == told | {
        rule: {**told[rule], "life": "enforced"} for rule in ("P01", "S09")
    }
    assert [told[rule]["life"] for rule in ("P01", "S09", "F12", "P02")] == ["shadow", "shadow", "enforced", "enforced"]
