"""Losing STATE, or the database alone, loses nothing."""

from __future__ import annotations

import dataclasses
import shutil
import tarfile
from pathlib import Path

import pytest

from include.operations.backup import restore
from include.operations.rebuild import refill_ledger
from include.platform import postgres
from include.platform.errors import PlatformError
from include.platform.settings import Settings, ensure_state
from tests.end_to_end.stages import run_night
from tests.operations.conftest import rows_of

FIGURES = ("marts", "restricted")
#: Says when the nights were, and those of a rebuilt warehouse are others.
NIGHTS = ("marts.load_status",)


def test_a_backup_brings_everything_back(programme: Settings, elsewhere: Settings, saved: Path) -> None:
    assert saved.stat().st_mode & 0o077 == 0
    restore(elsewhere, saved)
    everything = (*FIGURES, "ops", "raw", "registry", "reference")
    before, after = rows_of(programme, *everything), rows_of(elsewhere, *everything)
    assert len(before["marts.kpi_headline"]) > 100
    assert after == before
    copies = [path.relative_to(programme.state) for path in programme.archive.rglob("*") if path.is_file()]
    assert len(copies) > 20
    assert all((elsewhere.state / copy).read_bytes() == (programme.state / copy).read_bytes() for copy in copies)
    # The night after goes on as if nothing had been: nothing is new, no figure changes.
    run_night(dataclasses.replace(elsewhere), "second")
    assert rows_of(elsewhere, *FIGURES, without=NIGHTS) == rows_of(programme, *FIGURES, without=NIGHTS)
    assert rows_of(elsewhere, "ops", without=("ops.night",)) == rows_of(programme, "ops", without=("ops.night",))


def test_nothing_is_overwritten(programme: Settings, saved: Path) -> None:
    with pytest.raises(PlatformError, match="is not empty"):
        restore(programme, saved)


def test_a_damaged_backup_is_refused(elsewhere: Settings, saved: Path, tmp_path: Path) -> None:
    content = bytearray(saved.read_bytes())
    with tarfile.open(saved) as tar:
        content[tar.getmember("warehouse.dump").offset_data + 5000] ^= 1
    damaged = tmp_path / "damaged.tar"
    damaged.write_bytes(content)
    with pytest.raises(PlatformError, match="is damaged"):
        restore(elsewhere, damaged)
    damaged.write_bytes(content[:300])
    with pytest.raises(PlatformError, match="not a whole backup"):
        restore(elsewhere, damaged)


def test_what_leads_out_of_the_folder_is_refused(elsewhere: Settings, saved: Path, tmp_path: Path) -> None:
    """Also by the Pythons whose tarfile does not look."""
    for name, kind in (("archive/../../out", tarfile.REGTYPE), ("archive/link", tarfile.SYMTYPE)):
        crafted = tmp_path / "crafted.tar"
        crafted.write_bytes(saved.read_bytes())
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, "/etc" if kind == tarfile.SYMTYPE else ""
        with tarfile.open(crafted, "a") as tar:
            tar.addfile(member)
        with pytest.raises(PlatformError, match="has no place"):
            restore(elsewhere, crafted)


def test_the_archive_alone_gives_the_same_figures(programme: Settings, elsewhere: Settings) -> None:
    ensure_state(elsewhere)
    shutil.copytree(programme.archive, elsewhere.archive, dirs_exist_ok=True)
    shutil.copy(programme.secrets / "pseudonym_key", elsewhere.secrets)
    assert refill_ledger(elsewhere) > 20
    run_night(elsewhere, "rebuilt")
    assert rows_of(elsewhere, *FIGURES, without=NIGHTS) == rows_of(programme, *FIGURES, without=NIGHTS)
    findings = ("ops.night", "ops.inbox_file", "ops.submission")
    assert rows_of(elsewhere, "ops", without=findings) == rows_of(programme, "ops", without=findings)

    with pytest.raises(PlatformError, match="REPLACE=yes"):
        refill_ledger(elsewhere)
    assert refill_ledger(elsewhere, replace=True) > 20

    manifest = next(elsewhere.archive.glob("*/*.json"))
    manifest.write_text("{}")
    with pytest.raises(PlatformError, match=manifest.name):
        refill_ledger(elsewhere, replace=True)
    postgres.stop(elsewhere)
