"""What is rotten or gone of the archive is named, of whatever kind it is, by all who look at it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.closing import canonical, package, signing
from include.operations.archive_check import Known, look, verify, verify_daily
from include.operations.backup import backup
from include.operations.rebuild import refill_ledger
from include.platform import content, database
from include.platform.errors import PlatformError
from include.platform.settings import Settings
from include.stage2_landing import manifest
from include.stage6_publication import kept_nights

RELEASE = "2025-S2/1"


@pytest.fixture
def loader(programme: Settings) -> Iterator[sa.Engine]:
    engine = database.engine(programme, "loader")
    yield engine
    engine.dispose()


@pytest.fixture
def known(programme: Settings, loader: sa.Engine) -> Iterator[Known]:
    """What the database knows, a release and a night after the first among it; they are gone afterwards."""
    figures, evidence = b"no figure\n", b"no row\n"
    row = {
        **dict.fromkeys(canonical.SIGNED, "-"),
        "release": RELEASE,
        "approved_at": datetime(2026, 2, 21, tzinfo=UTC),
        "figures_sha256": canonical.sha256(figures),
        "evidence_sha256": canonical.sha256(evidence),
    }
    text = canonical.release_text(row)
    key = signing.as_pem(signing.public_key(programme))
    signature = signing.decoded(signing.sign(programme, text))
    package.stage(programme.archive, RELEASE, package.Package(text, signature, key, figures, evidence).content())
    path = package.keep(programme.archive, RELEASE)
    with loader.begin() as connection:
        connection.execute(
            sa.text("""
            insert into ops.closing (run_id, period, night_id, figures_sha256, evidence_sha256, status, release)
            values ('made', '2025-S2', 'programme', '-', '-', 'released', :release)
            """),
            {"release": RELEASE},
        )
        connection.execute(
            sa.text("""
            insert into ops.night (night_id, as_of, inbox, registry, status, started_at, published_at)
            select 'made', as_of, inbox, registry, status, started_at + interval '1 second', published_at from ops.night
            """)
        )
        connection.execute(sa.text("update ops.night set rules_sha256 = (select max(rules_sha256) from ops.night)"))
    with loader.connect() as connection:
        yield Known.of(connection)
    path.unlink(missing_ok=True)
    with loader.begin() as connection:
        connection.execute(sa.text("delete from ops.closing where run_id = 'made'"))
        connection.execute(sa.text("delete from ops.night where night_id = 'made'"))


def one_of_each_kind(archive: Path, known: Known) -> dict[str, Path]:
    """A file of each kind that the archive holds."""
    row = next(row for row in known.ledger.values() if row.archive_path)
    other = [row for row in known.ledger.values() if row.archive_path][-1]
    return {
        "copy": archive / row.archive_path,
        "manifest": manifest.manifest_of(archive, other.project_code, other.delivery_number),
        **{
            kind: next((archive / kind / digest).iterdir())
            for kind, digest in kept_nights.judged_by(known.nights)
            if kind in content.KINDS
        },
        "nights": archive / kept_nights.FILE,
        "release": package.path_of(archive, RELEASE),
    }


def _spoil(path: Path) -> None:
    path.write_bytes(b"rotten\n")


def _remove(path: Path) -> None:
    path.unlink()


def _names(said: str, path: Path) -> bool:
    """By itself, or, of a set of files that belong together, by its folder, whose name is their hash."""
    return path.name in said or (len(path.parent.name) == content.HASH_LENGTH and path.parent.name in said)


@pytest.mark.parametrize("harm", [_spoil, _remove])
def test_what_is_rotten_or_gone_is_named_by_all_who_look(
    programme: Settings,
    loader: sa.Engine,
    known: Known,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    harm: Callable[[Path], None],
) -> None:
    assert look(programme.archive, known).faults == [] == verify(programme, loader).faults
    paths = one_of_each_kind(programme.archive, known)
    assert len(paths) == 7
    kept = {path: path.read_bytes() for path in paths.values()}
    try:
        for path in paths.values():
            harm(path)
        said = {"the doctor": "\n".join(verify(programme, loader).faults)}
        days = [datetime(2026, 2, day, 10, tzinfo=UTC) for day in range(1, 29)]
        said["the daily look"] = "\n".join("\n".join(verify_daily(programme, loader, day)) for day in days)
        with caplog.at_level(logging.WARNING):
            backup(programme, tmp_path / "saved.tar")
        said["backup"] = caplog.text
        if harm is _spoil:  # a list that cannot be read is told first, by itself
            with pytest.raises(PlatformError, match=r"nights\.jsonl, line 1, .* Nothing was changed"):
                refill_ledger(programme, replace=True)
            kept_nights_file = paths["nights"]
            kept_nights_file.write_bytes(kept[kept_nights_file])
        with pytest.raises(PlatformError, match=r"The archive is not whole \(\d faults\); nothing was") as refused:
            refill_ledger(programme, replace=True)
    finally:
        for path, written in kept.items():
            path.write_bytes(written)
    for who, text in said.items():
        assert [kind for kind, path in paths.items() if not _names(text, path)] == [], who
    told = [kind for kind, path in paths.items() if not _names(str(refused.value), path)]
    assert told == (["nights"] if harm is _spoil else [])
    assert look(programme.archive, known).faults == []
