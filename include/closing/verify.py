"""Whether a release is what was signed: in the warehouse, in the archive, or in a file that somebody shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from include.closing import canonical, package, signing
from include.platform import database
from include.platform.errors import PlatformError, UsageError
from include.platform.settings import Settings


@dataclass
class Verdict:
    """What was looked at, and what is not as it was signed."""

    looked_at: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def verify_file(settings: Settings, path: Path, release: str | None = None) -> Verdict:
    """Check an exported release without the warehouse. Raises UsageError where it is none, or is another one."""
    return _verify(settings, _read(path), path, release)


def verify_release(settings: Settings, release: str) -> Verdict:
    """Compare a release in the warehouse with its signature, its hashes and its copy in the archive.

    Raises UsageError where neither warehouse nor archive knows it.
    """
    path = package.by_name(settings.archive).get(release)
    with database.connected(settings, "transformer") as connection:
        query = sa.text("select * from marts.release where release = :release")
        row = connection.execute(query, {"release": release}).mappings().one_or_none()
        if row is None and path is None:
            known = sorted(connection.scalars(sa.text("select release from marts.release")))
            raise UsageError(f"There is no release {release!r}; {_listed(known)}.")
        figures = canonical.released_figures(connection, release)
    verdict, kept = _verify_copy(settings, release, path)
    if row is None:
        verdict.faults.append(f"the warehouse has {release} no more: somebody with the administrator's rights took it")
        return verdict
    verdict.looked_at.append("warehouse: signature and figures")
    text = canonical.release_text(dict(row))
    key = signing.known_public_key(settings)
    if key is None or not signing.is_signed(text, signing.decoded(row["signature"]), key):
        verdict.faults.append("marts.release: the row is not what was signed with this installation's key")
    if canonical.sha256(figures) != row["figures_sha256"]:
        verdict.faults.append("marts.release_figure: the figures are not those that were signed")
        verdict.faults += _differences(figures, kept.figures) if kept else []
    if kept and kept.text != text:
        verdict.faults.append("marts.release: the row is another one than the archive's copy")
    return verdict


def _read(path: Path) -> package.Package:
    """The parts of an exported release. Raises UsageError where it is none."""
    try:
        return package.Package.read(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise UsageError(f"{error}.") from None


def _verify(settings: Settings, one: package.Package, path: Path, release: str | None) -> Verdict:
    verdict = Verdict(faults=one.faults())
    try:
        row = one.release()
    except ValueError:
        return verdict
    if release and row["release"] != release:
        raise UsageError(f"{path} is release {row['release']}, not {release}.")
    verdict.looked_at.append(
        f"{row['release']}: proposed by {row['proposed_by']}, approved by {row['approved_by']} on "
        f"{row['approved_at']:%Y-%m-%d %H:%M} UTC, of the night {row['night_id']}"
    )
    verdict.looked_at.append(f"file {path}: text, signature, figures, evidence")
    _compare_keys(settings, one, verdict)
    return verdict


def _verify_copy(settings: Settings, release: str, path: Path | None) -> tuple[Verdict, package.Package | None]:
    """What is to be said of the archive's copy, and the copy; one that cannot be read is a fault like any other."""
    if path is None:
        gone = package.path_of(settings.archive, release)
        return Verdict(faults=[f"{gone} is gone: the archive has no copy of it"]), None
    try:
        kept = _read(path)
        return _verify(settings, kept, path, release), kept
    except UsageError as error:
        return Verdict(faults=[str(error).removesuffix(".")]), None


def _compare_keys(settings: Settings, one: package.Package, verdict: Verdict) -> None:
    try:
        key = signing.of_pem(one.key)
    except ValueError:
        return
    ours = signing.known_public_key(settings)
    if ours is None:
        verdict.looked_at.append(
            f"key {signing.fingerprint(key)}: this STATE has none to compare it with; ask the programme for its own"
        )
    elif signing.fingerprint(ours) != signing.fingerprint(key):
        verdict.faults.append(
            f"it is signed with key {signing.fingerprint(key)}, and this installation's is {signing.fingerprint(ours)}"
        )
    else:
        verdict.looked_at.append(f"key {signing.fingerprint(key)}: this installation's")


def _differences(figures: bytes, signed: bytes) -> list[str]:
    """The rows that differ from the archive's copy, at most ten."""
    kept = set(signed.decode(errors="replace").splitlines())
    found = set(figures.decode().splitlines())
    said = [f"  in the warehouse and not signed: {line}" for line in sorted(found - kept)]
    said += [f"  signed and not in the warehouse: {line}" for line in sorted(kept - found)]
    return said[:10]


def _listed(known: list[str]) -> str:
    return f"there are {', '.join(known)}" if known else "nothing was released yet"


def export(settings: Settings, release: str, file: Path) -> None:
    """Copy a release's file out of the archive.

    Raises UsageError where there is none, or FILE is there already; PlatformError where it is not as it was signed.
    """
    known = package.by_name(settings.archive)
    if release not in known:
        raise UsageError(f"There is no release {release!r} in the archive; {_listed(list(known))}.")
    try:
        faults = package.Package.read(known[release]).faults()
    except (OSError, ValueError) as error:
        faults = [str(error)]
    if faults:
        raise PlatformError(f"{known[release]} is not as it was signed ({faults[0]}): bring it back from a backup.")
    try:
        with file.open("xb") as target:
            target.write(known[release].read_bytes())
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.") from None
