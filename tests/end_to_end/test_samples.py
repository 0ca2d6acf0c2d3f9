"""Nights through Airflow over the sample programmes, compared with what a correct pipeline makes of them."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from include.platform.settings import PROJECT_ROOT
from tests.end_to_end.comparison import differences
from tests.end_to_end.project import Project

SAMPLES = PROJECT_ROOT.parent / "shared" / "samples"

pytestmark = pytest.mark.skipif(not SAMPLES.exists(), reason="the sample programmes are not beside the project")


@pytest.fixture(scope="module", params=["peru", "hostile"])
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, Path]]:
    """A sample programme after its first night."""
    folder = tmp_path_factory.mktemp(request.param)
    with tarfile.open(SAMPLES / f"{request.param}.tar.gz") as archive:
        archive.extractall(folder, filter="tar")  # keeps modification times, which decide the order of deliveries
    programme = folder / request.param
    variables = {
        "INBOX": str(programme / "inbox"),
        "REGISTRY": str(programme / "registry"),
        "AS_OF": "2025-03-01",
    }
    project = Project(folder / "state", variables)
    project.make("nightly")
    yield project, programme
    project.make("down")


def test_the_night_comes_out_as_expected(sample: tuple[Project, Path]) -> None:
    project, programme = sample
    assert differences(project.engine(), programme / "expected") == []


def test_a_second_night_takes_nothing_and_changes_nothing(sample: tuple[Project, Path]) -> None:
    project, _ = sample
    marts, ledger = project.marts(), project.rows("select s::text from ops.submission as s order by 1")
    assert len(marts) > 15 and len(ledger) > 20
    project.make("nightly")
    assert project.rows("select s::text from ops.submission as s order by 1") == ledger
    assert project.marts() == marts
    assert project.rows("select status, count(*) from ops.night group by 1") == [("succeeded", 2)]
