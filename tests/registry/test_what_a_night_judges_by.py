"""What a night judges and counts by is kept by content, and no night goes back in time."""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.operations.archive_check import verify
from include.operations.backup import _rotten
from include.platform import content, database, nights
from include.platform.code_version import code_version
from include.platform.errors import UsageError
from include.platform.settings import Settings
from include.stage1_registry.night import begin_night
from tests.conftest import PROGRAMME_AS_OF


@pytest.fixture
def loader(programme: Settings) -> Iterator[sa.Engine]:
    engine = database.engine(programme, "loader")
    yield engine
    engine.dispose()


def _night(loader: sa.Engine) -> sa.Row:
    with loader.connect() as connection:
        return connection.execute(sa.text("select * from ops.night where night_id = 'programme'")).one()


def test_a_night_names_what_it_judged_by_and_the_archive_has_it(programme: Settings, loader: sa.Engine) -> None:
    night = _night(loader)
    assert night.published_at is not None and night.code_version == code_version()
    kept = {
        kind: content.read(programme.archive, kind, digest)
        for kind, digest in (
            (content.REGISTRY, night.registry_sha256),
            (content.REFERENCE, night.reference_sha256),
            (content.RULES, night.rules_sha256),
        )
    }
    assert kept[content.REGISTRY] == {path.name: path.read_bytes() for path in programme.registry.glob("*.csv")}
    assert {"fx_monthly.csv", "cpi_annual.csv", "codelists.csv"} <= kept[content.REFERENCE].keys()
    assert kept[content.RULES].keys() == {"rules.csv"} and b",enforced," in kept[content.RULES]["rules.csv"]
    lines = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(kept[content.REGISTRY].items())]
    assert night.registry_sha256 == hashlib.sha256("".join(lines).encode()).hexdigest(), "as sha256sum says"


def test_equal_files_are_kept_once_and_others_beside_them(tmp_path: Path) -> None:
    first = content.keep(tmp_path, content.RULES, {"rules.csv": b"one"})
    assert content.keep(tmp_path, content.RULES, {"rules.csv": b"one"}) == first
    second = content.keep(tmp_path, content.RULES, {"rules.csv": b"two"})
    assert sorted(path.name for path in (tmp_path / content.RULES).iterdir()) == sorted({first, second})
    assert content.read(tmp_path, content.RULES, first) == {"rules.csv": b"one"}


def test_what_is_rotten_or_gone_is_named(programme: Settings, loader: sa.Engine, tmp_path: Path) -> None:
    night = _night(loader)
    elsewhere = dataclasses.replace(programme, state=tmp_path)
    shutil.copytree(programme.archive, elsewhere.archive)
    assert verify(elsewhere, loader).faults == [] == _rotten(elsewhere)
    (elsewhere.archive / content.REGISTRY / night.registry_sha256 / "projects.csv").write_text("rotten")
    shutil.rmtree(elsewhere.archive / content.RULES)
    faults = verify(elsewhere, loader).faults
    assert [fault.rsplit(" is ")[-1] for fault in faults] == ["not what was archived.", "gone."]
    assert len(_rotten(elsewhere)) == 2, "the archive's own list of nights names what is gone"


@pytest.mark.parametrize("days", [1, 400])
def test_a_night_before_the_last_one_is_refused(programme: Settings, loader: sa.Engine, days: int) -> None:
    day = PROGRAMME_AS_OF - timedelta(days=days)
    earlier = dataclasses.replace(programme, as_of=day)
    for begin in (lambda: begin_night(earlier, "too-late"), lambda: nights.check_load_date(earlier)):
        with pytest.raises(UsageError, match=f"make reproduce STATE=.* AT={day} reproduces") as refused:
            begin()
        assert refused.value.exit_status == 2
    with loader.connect() as connection:
        assert connection.scalar(sa.text("select count(*) from ops.night where night_id = 'too-late'")) == 0
    nights.check_load_date(programme)  # of the same day is fine
