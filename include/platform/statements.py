"""Longer SQL stands in a file beside the module that runs it: ``watch.sql`` beside ``watch.py``.

A file holds one statement, or several, each below a line ``-- name: late_nights`` (aiosql's way of writing them) and
ended by a semicolon. ``:name`` is a parameter as SQLAlchemy knows it, or what psycopg takes. ``{name}`` is a piece of
SQL the caller fills in: a name of a table or column, or a condition, of the contract's or our own and never of data.
``make lint`` checks the files.

    _SQL = statements.beside(__file__)
    connection.execute(_SQL("late_nights"), {"now": now})
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

import sqlalchemy as sa

_NAME = re.compile(r"^-- name: (\w+) *\n", re.MULTILINE)
_PIECE = re.compile(r"\{(\w+)\}")


class Statements:
    """The statements of one file, by their names; read when the first of them is asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, name: str = "", **pieces: str) -> sa.TextClause:
        """A statement for SQLAlchemy, which takes ``:name`` as a parameter; see ``text``."""
        return sa.text(self.text(name, **pieces))

    def text(self, name: str = "", **pieces: str) -> str:
        """A statement as it stands in the file, with each ``{piece}`` filled in; a file's only one has no name.

        Raises KeyError for a name or a piece that is not there, ValueError for a piece the statement does not have.
        """
        statement = self._by_name[name]
        if unknown := pieces.keys() - set(_PIECE.findall(statement)):
            raise ValueError(f"{self.path.name}: {name or 'the statement'} has no {', '.join(sorted(unknown))}")
        return _PIECE.sub(lambda found: pieces[found[1]], statement)

    @cached_property
    def _by_name(self) -> dict[str, str]:
        before, *named = _NAME.split(self.path.read_text(encoding="utf-8"))
        statements = dict(zip(named[::2], named[1::2], strict=True)) if named else {"": before}
        return {name: text.strip().removesuffix(";") for name, text in statements.items()}


def beside(module: str) -> Statements:
    """The statements in the ``.sql`` file beside ``module``, which is its ``__file__``."""
    return Statements(Path(module).with_suffix(".sql"))
