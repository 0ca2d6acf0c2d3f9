"""The sample programmes, where they are at hand."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Name -> folder of each unpacked sample programme."""
    archives = sorted(SAMPLES.glob("*.tar.gz"))
    if not archives:
        pytest.skip("the sample programmes are not here")
    folder = tmp_path_factory.mktemp("samples")
    for archive in archives:
        with tarfile.open(archive) as file:
            file.extractall(folder, filter="data")
    return {path.name: path for path in folder.iterdir()}
