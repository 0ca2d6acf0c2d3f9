"""Releases and the archive: brought back from it where the database has lost them, and compared with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from include.closing import canonical, package, proposal, release, signing
from include.platform import database
from include.platform.settings import Settings


@dataclass
class BroughtBack:
    """Releases that are in the database again, and what is to be said of others."""

    releases: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


def faults(archive: Path, known: Iterable[str] = ()) -> list[str]:
    """What is not whole of the archive's releases, and which ``known`` ones are gone; a sentence each with the path."""
    gone = ((name, package.path_of(archive, name)) for name in sorted(known))
    found = [f"{path} is gone: it was release {name}" for name, path in gone if not path.exists()]
    for path in package.kept(archive):
        try:
            one = package.Package.read(path)
            said = one.faults()
            if not said and package.path_of(archive, one.release()["release"]) != path:
                said = ["it is another release"]
        except (OSError, ValueError) as error:
            said = [str(error)]
        found += [f"{path}: {fault}" for fault in said]
    return found


def bring_back(settings: Settings) -> BroughtBack:
    """Enter every release of the archive that the database lacks, as it was signed. What is not whole is left out."""
    done = BroughtBack()
    with database.transaction(settings, "transformer") as connection:
        known = set(connection.scalars(sa.text("select release from marts.release")))
        for path in package.kept(settings.archive):
            _bring_back(settings, connection, path, known, done)
    return done


def _bring_back(settings: Settings, connection: sa.Connection, path: Path, known: set[str], done: BroughtBack) -> None:
    try:
        one = package.Package.read(path)
        if said := one.faults():
            raise ValueError("; ".join(said))
    except (OSError, ValueError) as error:
        done.said.append(f"{path} is not brought back: {error}")
        return
    row = {**one.release(), "signature": signing.encoded(one.signature)}
    if row["release"] in known:
        return
    if not signing.is_signed(one.text, one.signature, signing.public_key(settings)):
        key = signing.fingerprint(signing.of_pem(one.key))
        done.said.append(f"{row['release']} is signed by another key than this installation's, {key}")
    release.enter(connection, row, canonical.parse_figures(one.figures))
    proposal.enter_released(connection, row)
    done.releases.append(row["release"])
