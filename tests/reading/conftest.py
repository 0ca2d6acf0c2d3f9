"""The sample programmes, where they are at hand."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"


def unpacked_samples(folder: Path) -> dict[str, Path]:
    """Name -> folder of each sample programme, unpacked below ``folder``; none where they are not at hand."""
    for archive in sorted(SAMPLES.glob("*.tar.gz")):
        with tarfile.open(archive) as file:
            file.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11 has it from 3.11.4 on
            file.extractall(folder)
    return {path.name: path for path in folder.iterdir() if path.is_dir()}


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Name -> folder of each unpacked sample programme."""
    found = unpacked_samples(tmp_path_factory.mktemp("samples"))
    if not found:
        pytest.skip("the sample programmes are not here")
    return found
