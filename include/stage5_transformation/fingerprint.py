"""What dbt's statements, and its page, follow from: its version, the project's files, and which tables there are."""

from __future__ import annotations

import hashlib
from importlib.metadata import version

import sqlalchemy as sa

from include.platform.settings import PROJECT_ROOT
from include.platform.statements import beside

PROJECT = PROJECT_ROOT / "dbt_project"

_PACKAGES = ("dbt-core", "dbt-adapters", "dbt-common", "dbt-postgres")
#: Files of the project that dbt reads, but seeds, which are data.
_SUFFIXES = (".sql", ".yml", ".md")
_SCHEMAS = (
    *("registry", "ops", "raw", "reference", "staging", "intermediate"),
    *("candidate_marts", "candidate_restricted", "marts", "restricted"),
)
_SQL = beside(__file__)


def of_project() -> str:
    """The same as long as dbt's version and the project's files are: 64 characters."""
    digest = hashlib.sha256(" ".join(map(version, _PACKAGES)).encode())
    for file in sorted(PROJECT.rglob("*")):
        if file.suffix in _SUFFIXES:
            digest.update(str(file.relative_to(PROJECT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def of_project_and_tables(connection: sa.Connection) -> str:
    """The same as long as dbt would find the same project, and the same tables with the same columns."""
    tables: str = connection.execute(_SQL("columns"), {"schemas": list(_SCHEMAS)}).scalar_one()
    return hashlib.sha256(f"{of_project()} {tables}".encode()).hexdigest()
