"""dbt's documentation of models, columns and lineage: one page, made anew in nights that changed what it says.

It is made after the marts were built, and says the same every night until the project or a table's columns change. It
needs nothing from the network: what dbt calls a static page has its scripts, styles and pictures in it.
"""

from __future__ import annotations

import hashlib
import os
from importlib.metadata import version
from pathlib import Path

from include.platform import database
from include.platform.settings import Settings
from include.platform.statements import beside
from include.stage5_transformation import dbt

#: Files of the project that the page is made of.
_SUFFIXES = (".sql", ".yml", ".md")
_SCHEMAS = (
    *("registry", "ops", "raw", "reference", "staging", "intermediate"),
    *("candidate_marts", "candidate_restricted", "marts", "restricted"),
)
_SQL = beside(__file__)


def page_of(settings: Settings) -> Path:
    """Where the page is."""
    return settings.reports / "dbt_docs" / "index.html"


def generate_if_changed(settings: Settings) -> bool:
    """Make the page unless it is there and says what is true today; whether it had to.

    Raises TransformationFailed where dbt cannot; the page of before then stays.
    """
    made_from = page_of(settings).with_name("made_from")
    today = _fingerprint(settings)
    if page_of(settings).exists() and made_from.exists() and made_from.read_text() == today:
        return False
    dbt.generate_docs(settings, page_of(settings))
    staged = made_from.with_suffix(".new")
    staged.write_text(today)
    os.replace(staged, made_from)
    return True


def _fingerprint(settings: Settings) -> str:
    digest = hashlib.sha256(version("dbt-core").encode())
    for file in sorted(dbt.PROJECT.rglob("*")):
        if file.suffix in _SUFFIXES:
            digest.update(str(file.relative_to(dbt.PROJECT)).encode() + b"\0" + file.read_bytes())
    with database.connected(settings, "transformer") as connection:
        digest.update(str(connection.scalar(_SQL("columns"), {"schemas": list(_SCHEMAS)})).encode())
    return digest.hexdigest()
