"""Every mart read whole by tools that analysts have, beside what psql says of the same columns."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from math import isclose
from pathlib import Path
from typing import Any

from include.platform import postgres
from include.platform.settings import PROJECT_ROOT, Settings

HERE = Path(__file__).parent
#: Its environment; the clients that the project's own has do without it.
ENVIRONMENT = PROJECT_ROOT / ".venv" / "clients"
IN_PYTHON = HERE / "read_in_python.py"
CLIENTS = ("sqlalchemy", "pandas-psycopg", "pandas-psycopg2", "polars-connectorx", "polars-adbc", "duckdb", "node-pg")
#: Those of which the project's own environment has the libraries.
AT_HAND = ("sqlalchemy", "pandas-psycopg", "pandas-psycopg2")

_COLUMNS = """
select c.relname, a.attname, format_type(a.atttypid, null)
from pg_class as c inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relnamespace = 'marts'::regnamespace and c.relkind in ('r', 'v') order by c.relname, a.attnum
"""
_NUMBERS = ("numeric", "bigint", "integer")


@dataclass
class Mart:
    """A table or view as psql says it: the types of its columns, rows, and of each column what is filled and said."""

    types: dict[str, str]
    rows: int = 0
    columns: dict[str, list[Any]] = field(default_factory=dict)


class NotHere(Exception):
    """What a client runs on is not on this machine."""


def psql(settings: Settings, url: str, *statements: str) -> list[list[str]]:
    """Rows of the statements as psql prints them; an empty value is an empty text."""
    program = postgres.Server(settings).binaries / "psql"
    command = [str(program), url, "--csv", "--tuples-only", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
    asked = ";\n".join(statements) + ";\n"
    done = subprocess.run(command, input=asked, stdout=subprocess.PIPE, text=True, check=True)
    return list(csv.reader(done.stdout.splitlines()))


def known(settings: Settings, url: str) -> dict[str, Mart]:
    """Every table and view of the marts as psql says it."""
    marts: dict[str, Mart] = {}
    for name, column, type_ in psql(settings, url, _COLUMNS):
        marts.setdefault(name, Mart({})).types[column] = type_
    counts = psql(settings, url, *(_count(name, mart) for name, mart in marts.items()))
    for mart, (rows, *said) in zip(marts.values(), counts, strict=True):
        mart.rows = int(rows)
        pairs = zip(mart.types, said[::2], said[1::2], strict=True)
        mart.columns = {column: [int(filled), value or None] for column, filled, value in pairs}
    return marts


def _count(name: str, mart: Mart) -> str:
    asked = ", ".join(f'count("{column}"), {_said(column, type_)}' for column, type_ in mart.types.items())
    return f'select count(*), {asked} from marts."{name}"'


def _said(column: str, type_: str) -> str:
    if type_ in _NUMBERS:
        return f'sum("{column}")'
    return f'min("{column}")' if type_ == "date" else "null"


def read(client: str, url: str, marts: dict[str, Mart]) -> dict[str, Any]:
    """What a client says of them. Raises NotHere, and CalledProcessError where the client itself fails."""
    names = {name: _as_documented(client, mart) for name, mart in marts.items()}
    command = _node(url) if client == "node-pg" else [str(_python(client)), str(IN_PYTHON), client, url]
    done = subprocess.run(command, input=json.dumps(names), stdout=subprocess.PIPE, text=True, check=True, env=_plain())
    return dict(json.loads(done.stdout))


def _as_documented(client: str, mart: Mart) -> list[str]:
    """Columns as docs/bi.md says to ask for them: ADBC cannot add up ``numeric``."""
    cast = client == "polars-adbc"
    return [
        f'"{name}"::float8 as "{name}"' if cast and type_ == "numeric" else f'"{name}"'
        for name, type_ in mart.types.items()
    ]


def _python(client: str) -> Path:
    interpreter = ENVIRONMENT / "bin" / "python"
    if interpreter.exists():
        return interpreter
    if client in AT_HAND:
        return Path(sys.executable)
    raise NotHere("make clients sets it up")


def _node(url: str) -> list[str]:
    node, npm, folder = shutil.which("node"), shutil.which("npm"), ENVIRONMENT / "node"
    if not ENVIRONMENT.exists() or not (node and npm):
        raise NotHere("node and npm are not on this machine" if ENVIRONMENT.exists() else "make clients sets it up")
    if not (folder / "node_modules" / "pg").exists():
        folder.mkdir(exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder)
        install = [npm, "ci", "--silent", "--omit=optional"]
        if subprocess.run(install, cwd=folder, stdout=sys.stderr).returncode:
            raise NotHere("npm could not install pg")
    shutil.copy(HERE / "read_in_node.js", folder)
    return [node, str(folder / "read_in_node.js"), url]


def _plain() -> dict[str, str]:
    """The environment without the project's own modules."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def differences(marts: dict[str, Mart], said: dict[str, Any]) -> list[str]:
    """Where a client says something else than psql."""
    found = [f"{name} is in one of both alone" for name in marts.keys() ^ said.keys()]
    for name in marts.keys() & said.keys():
        mart, other = marts[name], said[name]
        if mart.rows != other["rows"] or mart.columns.keys() != other["columns"].keys():
            found.append(f"{name}: {other['rows']} rows of {mart.rows}, columns {sorted(other['columns'])}")
            continue
        for column, (filled, value) in mart.columns.items():
            got_filled, got = other["columns"][column]
            if got_filled != filled or not _equal(value, got, mart.types[column]):
                found.append(f"{name}.{column}: {got_filled} filled, {got}, instead of {filled}, {value}")
    return sorted(found)


def _equal(value: str | None, got: Any, type_: str) -> bool:
    """Sums of doubles are right to ten digits or so."""
    if value is None or type_ not in _NUMBERS:
        return value == got
    return got is not None and isclose(float(value), got, rel_tol=1e-9, abs_tol=1e-3)
