"""Back up and restore everything that cannot be worked out anew: warehouse, archive, keys, answers.

A backup is one tar file with mode 0600: the database as ``pg_dump`` writes it, and the folders below ``STATE``. It
holds the keys and personal data, so it has to be kept like them. The people of Airflow are in it with their roles and
hashed passwords; Airflow's own history is not. So is the dashboards' own database (``kept_dashboards.py``).

What comes back is made by the role that owned it, each by a connection of its own: constraints, triggers and views that
somebody left in the database never run as the administrator.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import re
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from include.closing import keeping
from include.operations import client_programs, kept_dashboards
from include.operations.archive_check import Known, look
from include.operations.erasing import one_at_a_time
from include.platform import (
    airflow_environment,
    country_offices,
    database,
    people,
    roles,
    row_security,
    schema,
    secrets,
)
from include.platform.airflow_services import Airflow
from include.platform.errors import PlatformError
from include.platform.settings import Settings, ensure_state

FORMAT = 1
DUMP = "warehouse.dump"
ABOUT = "about.json"
PEOPLE = "people.json"
DASHBOARDS = "dashboards.dump"
#: So many faults of an archive are named.
NAMED_FAULTS = 50

log = logging.getLogger(__name__)

#: The roles whose tables come back, in the order in which they need each other's.
_OWNERS = ("loader", "transformer")
#: Names of files that are still being written.
_UNFINISHED = re.compile(r"\..*|.*\.(part|new)")
#: An entry of a dump's table of contents: numbers, what and where it is, and last its owner.
_ENTRY = re.compile(r"\d+; \d+ \d+ (?P<what>.*) (?P<owner>\S+)")


@dataclass
class Restored:
    """Logins of country offices: those that are there again with the password they had, and those that are gone."""

    logins: list[str] = field(default_factory=list)
    #: login -> why it could not be made again
    gone: dict[str, str] = field(default_factory=dict)
    releases: keeping.BroughtBack = field(default_factory=keeping.BroughtBack)
    #: people who can sign in to Airflow again, by the passwords they had
    people: list[str] = field(default_factory=list)
    #: why those people could not be made again
    without_people: str | None = None
    #: people of the dashboards, who can sign in again once these are started
    of_dashboards: list[str] = field(default_factory=list)
    #: why those could not be brought back
    without_dashboards: str | None = None


def folders(settings: Settings) -> tuple[Path, ...]:
    """The folders of ``STATE`` that go into a backup; logs, reports and the server's files do not."""
    registry = settings.state / "registry"  # where the office keeps it there, or the demonstration does
    return (settings.secrets, settings.archive, settings.feedback, settings.outbox, settings.demonstration, registry)


def backup(settings: Settings, file: Path | None = None) -> Path:
    """Write a backup and return its path, by default ``STATE/backups/warehouse_<UTC>.tar``.

    The database is dumped first, as of one moment: what the archive gains meanwhile is more than it knows of, never
    less. A night may run at the same time; an erasure has to end first. The archive is compared with its hashes: what
    is not whole goes into the backup as it is, is named in it and in the log. Raises PlatformError where the dump
    fails or the file cannot be written; no half file is left.
    """
    schema.prepare(settings)
    with one_at_a_time(settings):
        try:
            return _backup(settings, file)
        except OSError as error:  # a folder that cannot be made, a full disk
            where = file or settings.state / "backups"
            raise PlatformError(
                f"No backup was written to {where}: {error.strerror or error}. Name another FILE."
            ) from None


def _backup(settings: Settings, file: Path | None) -> Path:
    moment = datetime.now(UTC)
    file = file or settings.state / "backups" / f"warehouse_{moment:%Y%m%dT%H%M%SZ}.tar"
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _workplace(file.parent) as workplace:
        dump = workplace / DUMP
        with database.connected(settings, "transformer") as connection:
            known = Known.of(connection)
        # Rows of the intermediate tables follow from the others.
        _run(settings, "pg_dump", "--format=custom", "--no-unlogged-table-data", f"--file={dump}")
        rotten = _rotten(settings, known)
        about = {
            "format": FORMAT,
            "made_at": moment.isoformat(timespec="seconds"),
            "sha256": _sha256(dump),
            "rotten": rotten,
        }
        for one in rotten:
            log.warning("In the backup as it is, and not whole: %s", one)
        (workplace / ABOUT).write_text(json.dumps(about))
        (workplace / PEOPLE).write_text(json.dumps([asdict(one) for one in _people(settings)]))
        has_dashboards = kept_dashboards.dump(settings, workplace / DASHBOARDS)
        staged = workplace / "staged.tar"
        staged.touch(mode=0o600)
        with tarfile.open(staged, "w") as tar:
            tar.add(workplace / ABOUT, ABOUT)
            tar.add(dump, DUMP)
            tar.add(workplace / PEOPLE, PEOPLE)
            if has_dashboards:
                tar.add(workplace / DASHBOARDS, DASHBOARDS)
            for folder in folders(settings):
                if folder.exists():
                    add_folder(tar, folder, settings.state)
        os.replace(staged, file)
    return file


def add_folder(tar: tarfile.TarFile, path: Path, root: Path) -> None:
    """Put a folder into the tar as it is at this moment; what vanishes meanwhile, becomes something else or is not
    finished, is left out.

    A file is read before its size is written down: one that is written anew while it is read breaks nothing.
    """
    with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            return
        if path.is_dir():
            members = sorted(path.iterdir())
            tar.add(path, str(path.relative_to(root)), recursive=False)
            for member in members:
                add_folder(tar, member, root)
        elif not _UNFINISHED.fullmatch(path.name):
            content = path.read_bytes()
            entry = tar.gettarinfo(path, str(path.relative_to(root)))
            entry.type, entry.linkname, entry.size = tarfile.REGTYPE, "", len(content)
            tar.addfile(entry, io.BytesIO(content))


def restore(settings: Settings, file: Path) -> Restored:
    """Bring a backup back into an empty ``STATE``, and into the embedded database or an empty ``WAREHOUSE_URL``.

    The archive in it is compared with its hashes before the database changes. Country offices' logins, which belong to
    the server and not to the database, are made again with the passwords that came back with ``STATE/secrets``. Raises
    PlatformError where the file is no backup or damaged, or where there is something that would be lost.
    """
    for folder in folders(settings):
        if folder.exists() and any(folder.iterdir()):
            raise PlatformError(f"{folder} is not empty: restore into a STATE of its own, or move this one away first.")
    ensure_state(settings)
    with _workplace(settings.state) as workplace:
        known_rotten = _unpack(file, settings, workplace)
        if rotten := [one for one in _rotten(settings) if one not in known_rotten]:
            for folder in folders(settings):  # they were empty
                shutil.rmtree(folder, ignore_errors=True)
            named = "\n".join(rotten[:NAMED_FAULTS])
            raise PlatformError(f"{file} is damaged; nothing was brought back. Its archive is not whole:\n{named}")
        database.ensure_server(settings)
        roles.prepare_roles(settings)
        _check_is_empty(settings)
        _make_room(settings)
        try:
            for owner in _OWNERS:
                _bring_back(settings, workplace, owner)
        except PlatformError:
            _make_room(settings)  # the file can be given again
            raise
        offices = _country_offices(settings, workplace / DUMP)
        persons = _kept_people(workplace / PEOPLE)
        schema.prepare(settings)
        restored = _grant_again(settings, offices)
        _bring_dashboards_back(settings, workplace / DASHBOARDS, restored)
    restored.releases = keeping.bring_back(settings)  # the tables are the administrator's: not in the dump's share
    _let_back_in(settings, persons, restored)
    return restored


def _people(settings: Settings) -> list[people.KeptPerson]:
    """The people of Airflow; none, and a word in the log, where its database cannot be asked."""
    try:
        return people.kept(settings, airflow_environment.USER)
    except PlatformError as error:
        log.warning("The people of Airflow are not in the backup. %s", error)
        return []


def _kept_people(file: Path) -> list[people.KeptPerson]:
    """People of a backup; none in one of an earlier version."""
    if not file.exists():
        return []
    return [people.KeptPerson(**{**one, "roles": tuple(one["roles"])}) for one in json.loads(file.read_text())]


def _let_back_in(settings: Settings, persons: list[people.KeptPerson], restored: Restored) -> None:
    if not persons:
        return
    try:
        Airflow(settings).let_back_in(persons)
    except PlatformError as error:  # all else is back
        restored.without_people = f"{', '.join(one.name for one in persons)}: {error}"
    else:
        restored.people = [one.name for one in persons]


def _bring_dashboards_back(settings: Settings, file: Path, restored: Restored) -> None:
    try:
        restored.of_dashboards = kept_dashboards.bring_back(settings, file)
    except PlatformError as error:  # all else is back
        restored.without_dashboards = str(error)


def _bring_back(settings: Settings, workplace: Path, owner: str) -> None:
    """Make again what ``owner`` has in the dump, by a connection of its own, whole or not at all."""
    contents = workplace / f"{owner}.list"
    lines = _run(settings, "pg_restore", "--list", str(workplace / DUMP)).splitlines()
    contents.write_text("".join(f"{line}\n" for line in lines if _is_of(line, owner)))
    address = database.url(settings, owner)
    client_programs.put_back(settings, str(workplace / DUMP), address, f"--use-list={contents}")


def _is_of(line: str, owner: str) -> bool:
    """Whether an entry of a dump is the owner's to make; schemas and ``access`` are the administrator's."""
    entry = _ENTRY.fullmatch(line)
    if entry is None or entry["owner"] != owner:
        return False
    what = f"{entry['what']} "
    return not what.startswith(("SCHEMA ", "ACL - SCHEMA ", "DEFAULT ACL ")) and f" {row_security.SCHEMA} " not in what


def _country_offices(settings: Settings, dump: Path) -> dict[str, str]:
    """Login -> country of every country office in the dump."""
    table = ("--data-only", f"--schema={row_security.SCHEMA}", "--table=country_office", "--file=-")
    lines = iter(_run(settings, "pg_restore", *table, str(dump)).splitlines())
    offices: dict[str, str] = {}
    for line in lines:
        if line.startswith(f"COPY {row_security.SCHEMA}.country_office (login, country"):
            for row in lines:
                if row == "\\.":
                    break
                login, country, *_ = row.split("\t")
                offices[login] = country
    return offices


def _grant_again(settings: Settings, offices: dict[str, str]) -> Restored:
    restored = Restored()
    for login, country in sorted(offices.items()):
        if not secrets.has_password(settings, login):
            restored.gone[login] = f"no password of it is in the backup: make grant-country COUNTRY={country}"
            continue
        try:
            country_offices.grant_country(settings, country, login)
        except PlatformError as error:
            restored.gone[login] = str(error)
        else:
            restored.logins.append(login)
    return restored


def _rotten(settings: Settings, known: Known | None = None) -> list[str]:
    """What the archive lacks or has otherwise than it was taken, by paths below it."""
    return [fault.replace(f"{settings.archive}/", "") for fault in look(settings.archive, known).faults]


def _unpack(file: Path, settings: Settings, workplace: Path) -> list[str]:
    """Put the folders into ``STATE`` and the dump into the workplace, after a look at what the file says it is.

    Returns what was not whole when it was made.
    """
    kept = {str(folder.relative_to(settings.state)) for folder in folders(settings)}
    try:
        with tarfile.open(file) as tar:
            tar.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11 has it from 3.11.4 on
            tar.extract(ABOUT, workplace)
            about = json.loads((workplace / ABOUT).read_text())
            if about["format"] != FORMAT:
                raise PlatformError(f"{file} has format {about['format']}, this version reads format {FORMAT}.")
            tar.extract(DUMP, workplace)
            if _sha256(workplace / DUMP) != about["sha256"]:
                raise PlatformError(f"{file} is damaged: the database in it is not the one that was written.")
            for name in {PEOPLE, DASHBOARDS} & set(tar.getnames()):
                tar.extract(name, workplace)
            inside = [member for member in _plain(tar) if member.name.split("/")[0] in kept]
            tar.extractall(settings.state, inside)  # noqa: S202 - what they are was looked at
            return list(about.get("rotten", ()))
    except (OSError, tarfile.TarError, KeyError, ValueError) as error:
        said = str(error).partition("\n")[0].rstrip(":.")  # tarfile tells what each kind of archive had against it
        raise PlatformError(f"{file} is not a whole backup: {said}.") from None


def _plain(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Members of a backup. Raises ValueError for what ``backup`` does not write: links, devices, ways out."""
    for member in tar:
        parts = Path(member.name).parts
        if not (member.isfile() or member.isdir()) or ".." in parts or Path(member.name).is_absolute():
            raise ValueError(f"{member.name!r} has no place in one")
        yield member


def _check_is_empty(settings: Settings) -> None:
    with database.connected(settings, "loader") as connection:
        has_ledger = connection.scalar(sa.text("select to_regclass('ops.submission') is not null"))
        if has_ledger and connection.scalar(sa.text("select exists (select from ops.submission)")):
            raise PlatformError("The database has deliveries in it: restore into an empty one.")


def _make_room(settings: Settings) -> None:
    """Empty the schemas the dump fills."""
    with database.transaction(settings) as connection:
        for name in (*roles.OWNERS, row_security.SCHEMA):
            connection.execute(sa.text(f"drop schema if exists {name} cascade"))
    roles.prepare_roles(settings)


def _run(settings: Settings, program: str, *arguments: str) -> str:
    """Run one of PostgreSQL's client programs on the warehouse as its administrator; returns what it printed."""
    return client_programs.run(settings, program, database.url(settings), *arguments)


@contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=folder, prefix=".backup-") as name:
        yield Path(name)


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
