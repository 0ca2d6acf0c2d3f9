"""A night with every hostile file among the small programme's good ones gives the good ones' exact figures."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.demonstration import write_programme
from include.nightly.in_process import run_night
from include.platform import database, postgres, secrets
from include.platform.settings import Settings
from include.stage6_publication.promote import KEPT
from tests.conftest import make_settings
from tests.fixtures.make import FOLDER as FIXTURES
from tests.reading.conftest import unpacked_samples
from tests.reading.test_corpus import EXPECTED

#: after the last good delivery of any folder, whose numbers stay as they are
MODIFIED = 1_771_500_000
UNKNOWN = "ZZ-99"

#: Marts that tell of deliveries; every other one tells of what is counted.
OF_DELIVERIES = {"data_quality", "fct_finding", "fct_submission", "load_status", "submission_status"}


@dataclass(frozen=True)
class Night:
    """A programme after its night."""

    settings: Settings

    def rows(self, query: str) -> list[tuple]:
        """Answer of the warehouse, as its administrator."""
        engine = database.engine(self.settings)
        try:
            with engine.connect() as connection:
                return [tuple(row) for row in connection.execute(sa.text(query))]
        finally:
            engine.dispose()

    def figures(self) -> dict[str, list[str]]:
        """Every row of every mart but those of deliveries and of nights."""
        names = {name for (name,) in self.rows("select tablename from pg_tables where schemaname = 'marts'")}
        assert names > OF_DELIVERIES
        since = "- 'from_night' - 'from_as_of'"
        return {
            name: [
                text for (text,) in self.rows(f'select (to_jsonb(m) {since})::text from marts."{name}" as m order by 1')
            ]
            for name in sorted(names - OF_DELIVERIES - KEPT)
        }


@pytest.fixture(scope="module")
def nights(programme: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Night, Night]]:
    """The good deliveries alone, and with the hostile ones among them."""
    settings = make_settings(tmp_path_factory.mktemp("among") / "state", as_of=programme.as_of)
    write_programme(Path(settings.inbox), settings.registry, "small")
    add_hostile_files(Path(settings.inbox))
    with pytest.MonkeyPatch.context() as patch:  # enterprises go by the same hashes in both
        patch.setenv("PSEUDONYM_KEY", secrets.pseudonym_key(programme).hex())
        run_night(settings, "among")
    yield Night(programme), Night(settings)
    postgres.stop(settings)


def add_hostile_files(inbox: Path) -> None:
    """Files that are refused, into the folders of good partners; everything, into the folder of nobody."""
    partners = sorted(folder.name for folder in inbox.iterdir())
    refused = sorted(name for name, expected in EXPECTED.items() if "refused" in expected)
    assert len(partners) == 6 and len(refused) > 40
    for number, name in enumerate(refused):
        deliver(FIXTURES / name, inbox / partners[number % len(partners)] / f"fixture {name}")
    for name in EXPECTED:
        deliver(FIXTURES / name, inbox / UNKNOWN / f"fixture {name}")
    samples = inbox.parent / "samples"
    samples.mkdir()
    if sample := unpacked_samples(samples).get("hostile"):
        for number, path in enumerate(path for path in sorted(sample.glob("inbox/*/*")) if path.is_file()):
            deliver(path, inbox / UNKNOWN / f"sample {number} {path.name}")


def deliver(source: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    shutil.copyfile(source, target)
    os.utime(target, (MODIFIED, MODIFIED))


def test_every_hostile_file_was_taken_and_returned(nights: tuple[Night, Night]) -> None:
    alone, among = nights
    taken = among.rows("select project_code, file_name, status from ops.submission where modified_at >= '2026-02-19'")
    assert len(taken) > len(EXPECTED) + 40
    assert {status for _, _, status in taken} == {"returned"}
    assert not alone.rows("select file_name from ops.submission where modified_at >= '2026-02-19'")


def test_the_good_ones_count_as_without_them(nights: tuple[Night, Night]) -> None:
    alone, among = (night.figures() for night in nights)
    assert len(alone) > 15 and alone["kpi_headline"]
    assert alone.keys() == among.keys()
    for name, rows in alone.items():
        assert among[name] == rows, name
