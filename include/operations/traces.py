"""Where names and tax ids stand: a search of all tables and of all files below ``STATE``, packed ones included.

Each role searches what it owns. Nothing of a partner's file is parsed here: its parts are inflated, up to the limit of
the reader, and looked through as bytes.
"""

from __future__ import annotations

import gzip
import html
import json
import os
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from email import message_from_binary_file
from email.policy import SMTP
from pathlib import Path
from typing import IO, cast

import sqlalchemy as sa

from include.platform import database, statements
from include.platform.settings import Settings
from include.stage3_reading.container.limits import MEGABYTE, Limits

_SQL = statements.beside(__file__)

#: A shorter text stands in too many places to be looked for.
SHORTEST = 4
#: Encodings in which files may have been delivered or written.
_ENCODINGS = ("utf-8", "cp1252", "utf-16-le")


@dataclass
class Traces:
    """What a search found."""

    #: one line each, with how often
    left: list[str] = field(default_factory=list)
    not_searched: list[str] = field(default_factory=list)
    backups: list[str] = field(default_factory=list)


def search(settings: Settings, values: Sequence[str]) -> Traces:
    """Look for ``values``, as words of their own and whatever their case, everywhere but in secrets and the inbox."""
    found = Traces(not_searched=[f"a text of {len(text)} characters" for text in values if len(text) < SHORTEST])
    wanted = [text for text in values if len(text) >= SHORTEST]
    if wanted:
        _search_databases(settings, wanted, found)
        _search_files(settings, wanted, found)
    return found


def mask(settings: Settings, values: Sequence[str]) -> None:
    """Write over ``values`` in logs and reports, in place and length, as some are being written to."""
    pattern = _pattern([text for text in values if len(text) >= SHORTEST])
    for folder in (settings.logs, settings.reports):
        for path in _files(folder, ()) if pattern else ():
            content = path.read_bytes()
            for match in pattern.finditer(content) if pattern else ():
                with path.open("r+b") as file:
                    file.seek(match.start())
                    file.write(b"*" * len(match[0]))


# --- tables ------------------------------------------------------------------------------------------


def _search_databases(settings: Settings, values: Sequence[str], found: Traces) -> None:
    searched: set[str] = set()
    for role in ("loader", "transformer", database.ADMINISTRATOR):
        with database.opened(settings, role) as engine:
            searched |= _search_tables(engine, values, found.left)
            if role == database.ADMINISTRATOR:
                with engine.connect() as connection:
                    every = set(connection.scalars(_TABLES_OF_ALL))
                found.not_searched += [f"table {table}, of another role" for table in sorted(every - searched)]
    airflow = sa.create_engine(database.airflow_url(settings), hide_parameters=True)
    try:
        _search_tables(airflow, values, found.left, "Airflow's ")
    except sa.exc.OperationalError:
        found.not_searched.append("Airflow's database, which does not answer")
    finally:
        airflow.dispose()


def _search_tables(engine: sa.Engine, values: Sequence[str], left: list[str], whose: str = "") -> set[str]:
    """Search the tables that the engine's role owns; returns their names."""
    texts = {form for text in values for form in (text, *_in_json(text))}
    listed = "|".join(re.sub(r"([^\w\s])", r"\\\1", text) for text in sorted(texts, key=len, reverse=True))
    pattern = rf"(^|[^[:alnum:]])({listed})($|[^[:alnum:]])"
    with engine.connect() as connection:
        tables = connection.execute(_TABLES).all()
        for table in tables:
            if not table.columns:
                continue
            said = ", ".join(f"cast({column} as text)" for column in table.columns)
            query = f"select count(*) from only {table.name} where concat_ws(chr(10), {said}) ~* %(pattern)s"
            # a column may be called anything, and only the pattern is a parameter
            quoted = query.replace("%", "%%").replace("%%(pattern)s", "%(pattern)s")
            count: int = connection.exec_driver_sql(quoted, {"pattern": pattern}).scalar_one()
            if count:
                left.append(f"{whose}table {table.name}: {count} rows")
    return {str(table.name) for table in tables}


_TABLES = _SQL("tables")
_TABLES_OF_ALL = _SQL("tables_of_all")


# --- files -------------------------------------------------------------------------------------------


def _in_json(text: str) -> tuple[str, str]:
    return json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]


def _pattern(values: Sequence[str]) -> re.Pattern[bytes] | None:
    forms = {form for text in values for form in (text, html.escape(text), html.escape(text, quote=False))}
    forms |= {form for text in values for form in _in_json(text)}
    written = {form.encode(encoding) for form in forms for encoding in _ENCODINGS if _fits(form, encoding)}
    if not written:
        return None
    listed = b"|".join(re.escape(text) for text in sorted(written, key=len, reverse=True))
    return re.compile(rb"(?<![0-9A-Za-z])(?:" + listed + rb")(?![0-9A-Za-z])", re.IGNORECASE)


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _search_files(settings: Settings, values: Sequence[str], found: Traces) -> None:
    pattern = _pattern(values)
    backups = settings.state / "backups"
    found.backups = [str(path.relative_to(settings.state)) for path in sorted(backups.glob("*")) if path.is_file()]
    inbox = Path(settings.inbox)
    for path in _files(settings.state, (settings.secrets, settings.postgres, backups, inbox)):
        name = path.relative_to(settings.state)
        try:
            count = sum(1 for _ in _matches(path, pattern)) if pattern else 0
        except (OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
            found.not_searched.append(f"{name}: {error if isinstance(error, _TooLarge) else type(error).__name__}")
            continue
        if count:
            found.left.append(f"file {name}: {count} times")


def _files(folder: Path, without: Iterable[Path]) -> Iterator[Path]:
    """Plain files below a folder, links left alone."""
    left_out = {str(path) for path in without}
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if str(Path(root, name)) not in left_out)
        for name in sorted(names):
            path = Path(root, name)
            if path.is_file() and not path.is_symlink():
                yield path


class _TooLarge(ValueError):
    """What is packed in a file is more than a delivery may hold."""


def _matches(path: Path, pattern: re.Pattern[bytes]) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from _in_stream(file, pattern)
    if path.suffix == ".eml":
        with path.open("rb") as file:
            for part in message_from_binary_file(file, policy=SMTP).walk():
                if not part.is_multipart() and isinstance(content := part.get_payload(decode=True), bytes):
                    yield from pattern.findall(content)
    elif path.suffix == ".gz":
        with gzip.open(path) as packed:
            yield from _in_stream(cast(IO[bytes], packed), pattern)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                if not entry.is_dir():
                    with archive.open(entry) as packed:
                        yield from _in_stream(packed, pattern)


def _in_stream(stream: IO[bytes], pattern: re.Pattern[bytes]) -> Iterator[bytes]:
    """Matches in a stream that is read piece by piece; a text on the border of two is found once."""
    limit, overlap = Limits.from_environment().max_inflated_bytes, 4096
    size, kept = 0, b""
    while piece := stream.read(MEGABYTE):
        size += len(piece)
        if size > limit:
            raise _TooLarge(f"more than {limit} bytes")
        text = kept + piece
        last = len(text)
        border = last - overlap if len(piece) == MEGABYTE else last
        end = 0
        for match in pattern.finditer(text):
            if match.start() < border:
                end = match.end()
                yield match[0]
        kept = text[max(border, end) :]
