"""dbt's documentation of models, columns and lineage: one page, made anew in nights that changed what it says.

It is made after the marts were built, and says the same every night until the project or a table's columns change. It
needs nothing from the network: what dbt calls a static page has its scripts, styles and pictures in it.
"""

from __future__ import annotations

import os
from pathlib import Path

from include.platform import database
from include.platform.settings import Settings
from include.stage5_transformation import fingerprint


def page_of(settings: Settings) -> Path:
    """Where the page is."""
    return settings.reports / "dbt_docs" / "index.html"


def generate_if_changed(settings: Settings) -> bool:
    """Make the page unless it is there and says what is true today; whether it had to.

    Raises TransformationFailed where dbt cannot; the page of before then stays.
    """
    made_from = page_of(settings).with_name("made_from")
    with database.connected(settings, "transformer") as connection:
        today = fingerprint.of_project_and_tables(connection)
    if page_of(settings).exists() and made_from.exists() and made_from.read_text() == today:
        return False
    from include.stage5_transformation import dbt

    dbt.generate_docs(settings, page_of(settings))
    staged = made_from.with_suffix(".new")
    staged.write_text(today)
    os.replace(staged, made_from)
    return True
