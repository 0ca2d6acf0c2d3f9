"""SQL that stands in a ``.sql`` file beside the module that runs it, and is linted as such.

A line ``-- name: deliveries`` begins a statement; what stands above the first is the file's own comment. Parameters are
SQLAlchemy's (``:name``); ``{name}`` is what the caller puts in: names of tables and columns, never data.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


def statements(module: str) -> Callable[..., sa.TextClause]:
    """The statements beside a module by their names: ``_SQL = statements(__file__)``, then ``_SQL("deliveries")``.

    Further arguments fill the braces of a statement. Raises FileNotFoundError where there is no such file, and
    ValueError for one without names or with a name twice.
    """
    path = Path(module).with_suffix(".sql")
    _, *parts = _NAME.split(path.read_text("utf-8"))
    names, texts = parts[::2], [text.strip().removesuffix(";") for text in parts[1::2]]
    if not names or len(set(names)) < len(names):
        raise ValueError(f"{path} has no line `-- name: ...`, or a name twice")
    known = dict(zip(names, texts, strict=True))

    def statement(name: str, **pieces: str) -> sa.TextClause:
        return sa.text(known[name].format(**pieces) if pieces else known[name])

    return statement
