"""The settings by name: what each is, its place in ``warehouse.toml``, and what the file and the environment give it.

``warehouse.toml`` at the project's root, or the file that ``WAREHOUSE_TOML`` names, holds ``NAME = value`` for the
names below; an environment variable (or argument of make) of the same name wins. An empty file, ``/dev/null``, is none.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from include.platform.errors import UsageError

FILE_NAME = "warehouse.toml"
#: The variable that names another file.
FILE_VARIABLE = "WAREHOUSE_TOML"

Kind = Literal["path", "text", "address", "port", "days", "size", "names", "secret"]


@dataclass(frozen=True)
class Key:
    """One setting; ``example`` is shown, commented out, until it has a value. The kind ``secret`` is a password."""

    name: str
    kind: Kind
    example: str
    comment: str


KEYS = (
    Key(
        "STATE",
        "path",
        '"/srv/warehouse"',
        "Folder for everything the pipeline writes. Default: .state in the project",
    ),
    Key("INBOX", "path", '"/srv/inbox"', "The partners' inbox: a folder or an fsspec URL. Default: STATE/inbox"),
    Key("REGISTRY", "path", '"/srv/registry"', "The programme office's registry folder. Default: STATE/registry"),
    Key(
        "WAREHOUSE_URL",
        "address",
        '"postgresql://admin:password@db.example.org/warehouse"',
        "A PostgreSQL of yours. Default: the embedded one",
    ),
    Key(
        "DATABASE_PORT", "port", "5433", "Port of the embedded PostgreSQL on 127.0.0.1. Default: a free one, then kept"
    ),
    Key("UI_PORT", "port", "8080", "Port of Airflow's UI on 127.0.0.1. Default: a free one, then kept"),
    Key("DASHBOARDS_PORT", "port", "8088", "Port of the dashboards on 127.0.0.1. Default: a free one, then kept"),
    Key(
        "DASHBOARDS_URL",
        "address",
        '"https://dashboards.example.org"',
        "Where a proxy with TLS shows the dashboards to others. Default: none does",
    ),
    Key(
        "MAIL_SERVER",
        "text",
        '"smtp.example.org"',
        "Host that sends the answers to partners. Default: Airflow's connection smtp_default; without it they wait",
    ),
    Key("MAIL_SECURITY", "text", '"starttls"', "none, starttls or tls. Default: starttls"),
    Key("MAIL_PORT", "port", "587", "Default: 25 without security, 587 for starttls, 465 for tls"),
    Key("MAIL_LOGIN", "text", '"warehouse"', "User at the mail server, where it asks for one"),
    Key("MAIL_PASSWORD", "secret", '"password"', "Its password"),
    Key("MAIL_SENDER", "text", '"AL-INVEST Verde <reports@example.org>"', "Who the messages are from"),
    Key("OPERATOR_EMAIL", "text", '"operator@example.org"', "Who is told how the night went"),
    Key(
        "REPORT_ON_GOOD_DAYS", "text", '"yes"', "yes: the operator gets the report of every night, not only of bad ones"
    ),
    Key("DISK_FREE_GB", "size", "5", "Gigabytes that should be free on the disks; less is a warning. Default: 5"),
    Key("RETENTION_DAYS", "days", "90", "Days that logs, Data Docs and Airflow's history are kept. Default: 90"),
    Key("CLOSERS", "names", '["ana"]', "Airflow's users who may propose to close a period"),
    Key("SIGNERS", "names", '["luis"]', "Airflow's users who may sign it; nobody approves twice"),
)
BY_NAME = {key.name: key for key in KEYS}
#: What a key of each kind holds in the file.
_TYPES: dict[Kind, tuple[type, str]] = {
    "port": (int, "a port number such as 5433"),
    "days": (int, "a number of days such as 90"),
    "size": (int, "a number of gigabytes such as 5"),
    "names": (list, 'a list of names such as ["ana", "luis"]'),
}
_TEXT = (str, "a text in quotes")


def file_of(environment: Mapping[str, str], root: Path) -> tuple[Path, bool]:
    """The settings' file, and whether it was asked for by name and so has to be there."""
    named = environment.get(FILE_VARIABLE, "").strip()
    return (Path(os.path.abspath(Path(named).expanduser())), True) if named else (root / FILE_NAME, False)


def values(environment: Mapping[str, str], root: Path) -> dict[str, str]:
    """Each setting that has a value, as the text an environment variable would have.

    Paths of the file are absolute: relative ones start at its folder. Raises UsageError where the file is wrong.
    """
    path, has_to_be = file_of(environment, root)
    found = {name: _as_text(BY_NAME[name], value, path) for name, value in read(path, has_to_be).items()}
    for key in KEYS:
        if given := environment.get(key.name, "").strip():
            found[key.name] = given
    return {name: value for name, value in found.items() if value}


def read(path: Path, has_to_be: bool = False) -> dict[str, Any]:
    """What the file says, by name. Raises UsageError where it cannot be used, with the line or the key."""
    try:
        text = path.read_text(encoding="utf-8")
        mode = path.stat().st_mode
    except FileNotFoundError:
        if has_to_be:
            raise UsageError(f"{FILE_VARIABLE}={path}: there is no such file; make configure writes it.") from None
        return {}
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"{path} cannot be read: {said}.") from None
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f'{path} is no TOML: {error}. A line is NAME = "value".') from None
    for name, value in content.items():
        if name not in BY_NAME:
            raise UsageError(f"{path}: there is no setting {name}{_meant(name)}.")
        _check_type(BY_NAME[name], value, path)
    if mode & 0o077 and any(_is_secret(BY_NAME[name], value) for name, value in content.items()):
        raise UsageError(f"{path} holds a password, and others may read it: chmod 600 {path}")
    return content


def _meant(name: str) -> str:
    import difflib

    near = difflib.get_close_matches(str(name).upper(), list(BY_NAME), n=1, cutoff=0.6)
    return f"; {near[0]} is meant?" if near else f". There are: {', '.join(BY_NAME)}"


def _check_type(key: Key, value: object, path: Path) -> None:
    kind, words = _TYPES.get(key.kind, _TEXT)
    is_right = isinstance(value, kind) and not isinstance(value, bool)
    if is_right and isinstance(value, list):
        is_right = all(isinstance(one, str) for one in value)
    if not is_right:
        said = "" if key.kind == "secret" else f", not {value!r}"
        raise UsageError(f"{path}: {key.name} has to be {words}{said}.")


def _as_text(key: Key, value: Any, path: Path) -> str:
    if key.kind == "names":
        return ",".join(value)
    text = str(value).strip()
    if key.kind == "path" and text and "://" not in text:
        return os.path.abspath(path.parent / Path(text).expanduser())
    return text


def _is_secret(key: Key, value: object) -> bool:
    """Whether the value is a password or an address with one in it."""
    return bool(value) and (key.kind == "secret" or bool(re.match(r"[^:/]+://[^/@]*:[^/@]+@", str(value))))


def written(path: Path, given: Mapping[str, str]) -> tuple[str, list[str]]:
    """The file's text with every setting that it lacks added, and the names of those with a value in ``given``.

    What the file says stays as it is, comments included; the value of a setting that is there already is never
    changed. Raises UsageError where the file that is there is wrong.
    """
    known = read(path)
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    text, lines, added = old, [], []
    for key in KEYS:
        example = f"#{key.name} = {key.example}\n"
        if key.name in known:
            continue
        if key.name in given:
            line = f"{key.name} = {_as_toml(key, given[key.name])}\n"
            added.append(key.name)
            if example in text:  # as this wrote it
                text = text.replace(example, line, 1)
                continue
        elif re.search(rf"^\s*#?\s*{key.name}\s*=", text, re.MULTILINE):
            continue
        else:
            line = example
        lines.append(f"# {key.comment}.\n{line}")
    between = "" if not lines else "\n" if text else f"{_HEAD}\n\n"
    return text + between + "\n".join(lines), added


_HEAD = """\
# Settings of the warehouse. A variable of the environment, or an argument of make, of the same name wins.
# Relative paths start at this file's folder. Take the # from a line away to set it."""


def _as_toml(key: Key, text: str) -> str:
    if _TYPES.get(key.kind, _TEXT)[0] is int:
        return str(int(text))
    quoted = [_quoted(part) for part in (text.split(",") if key.kind == "names" else [text])]
    return f"[{', '.join(quoted)}]" if key.kind == "names" else quoted[0]


def _quoted(text: str) -> str:
    """A TOML basic string; control characters cannot be in a variable that anybody means."""
    return '"' + text.strip().replace("\\", "\\\\").replace('"', '\\"') + '"'
