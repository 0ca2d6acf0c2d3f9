"""Great Expectations' Data Docs of one night, for the operator."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa


def build_data_docs(engine: sa.Engine, reports: Path) -> Path | None:
    """Write the pages of everything the night judged; returns their index, or None where nothing was judged."""
    if not reports.exists():
        return None
    from include.stage4_validation import data_docs
    from include.stage4_validation.judge import Judge

    Judge(engine, reports).build_data_docs()
    return data_docs.index_of(reports)
