"""The sample programmes, where they are at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.samples import SAMPLES, unpack


def unpacked_samples(folder: Path) -> dict[str, Path]:
    """Name -> folder of each sample programme, unpacked below ``folder``; none where they are not at hand."""
    names = sorted(archive.name.removesuffix(".tar.gz") for archive in SAMPLES.glob("*.tar.gz"))
    return {name: unpack(name, folder) for name in names}


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Name -> folder of each unpacked sample programme."""
    found = unpacked_samples(tmp_path_factory.mktemp("samples"))
    if not found:
        pytest.skip("the sample programmes are not here")
    return found
