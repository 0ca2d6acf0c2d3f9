"""Inside Superset: as whom the warehouse is asked, of which state an answer is, and what a reader may ask.

What rows somebody sees is the database's to decide: each question is put as the login he reads as.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extensions
from flask import Flask, Response, g, has_request_context, request
from sqlalchemy.engine import URL
from superset.security import SupersetSecurityManager

#: A person's role of this name says which of the database's logins he reads as.
READS_AS = "reads as "
#: Of which publication an answer is; more than one where the switch came between two questions of a tile.
STATE_HEADER = "X-Publication"
_LOGINS = Path(os.environ["SUPERSET_HOME"]) / "logins.json"


class NobodyAsks(Exception):
    """A query without a person, or of a person who reads as no login, or as several: it is not made."""


class CursorOfOneState(psycopg2.extensions.cursor):
    """Notes which publication a question is answered from.

    Transactions see one snapshot throughout (:func:`connect_as`), so that what is noted first holds for the question.
    """

    def execute(self, query: Any, variables: Any = None) -> None:
        if self.connection.info.transaction_status == psycopg2.extensions.TRANSACTION_STATUS_IDLE:
            super().execute("select access.published_at()")
            if has_request_context():
                g.setdefault("publications", {})[id(self.connection)] = str(self.fetchone()[0])
        super().execute(query, variables)


def connect_as(
    uri: URL, params: dict[str, Any], username: str | None, security_manager: Any, source: object
) -> tuple[URL, dict[str, Any]]:
    """Connect as the login of whoever asks: the database decides which rows he sees, and that he writes none."""
    person = security_manager.find_user(username=username) if username else None
    logins = _logins(person)
    known = json.loads(_LOGINS.read_text())
    if len(logins) != 1 or logins[0] not in known:
        raise NobodyAsks("This person reads as no login of the warehouse: ask whoever runs it.")
    arguments = {
        **params.get("connect_args", {}),
        "application_name": "dashboards",
        "options": os.environ["WAREHOUSE_OPTIONS"],
        "cursor_factory": CursorOfOneState,
    }
    return uri.set(username=logins[0], password=known[logins[0]]), {**params, "connect_args": arguments}


def _logins(person: Any) -> list[str]:
    """The logins that somebody reads as: one, where all is well."""
    roles = {role.name for role in person.roles} if person and person.is_active else set()
    return sorted(name.removeprefix(READS_AS) for name in roles if name.startswith(READS_AS))


def tell_states(app: Flask) -> None:
    """Answers say of which publication they are."""

    @app.after_request
    def tell_state(answer: Response) -> Response:
        if publications := g.get("publications"):
            answer.headers[STATE_HEADER] = ",".join(sorted(set(publications.values())))
        return answer


class Readers(SupersetSecurityManager):  # type: ignore[misc]
    """Readers ask for columns and measures of the definition; SQL of one's own is for those who may use SQL Lab."""

    def register_views(self) -> None:
        """Attempts to sign in are counted: Superset's own count is of a page that takes none (6.1)."""
        super().register_views()
        self.limiter.limit(self.auth_rate_limit, methods=["POST"])(self.auth_view.blueprint)

    def get_rls_cache_key(self, datasource: Any) -> list[str]:
        """Should somebody turn a cache on: what one login was answered is for it alone, of tiles and of maps."""
        return [*super().get_rls_cache_key(datasource), *map(READS_AS.__add__, _logins(g.get("user")))]

    def raise_for_access(self, *args: Any, **kwargs: Any) -> None:
        super().raise_for_access(*args, **kwargs)
        context, viz = kwargs.get("query_context"), kwargs.get("viz")
        if not (context or viz) or self.can_access("can_execute_sql_query", "SQLLab"):
            return
        source = context.datasource if context else viz.datasource
        questions = [one.to_dict() for one in context.queries] if context else [viz.query_obj()]
        if any(_is_own_sql(source, one) for one in questions):
            from superset.errors import ErrorLevel, SupersetError, SupersetErrorType
            from superset.exceptions import SupersetSecurityException

            said = "Readers ask for the columns and measures that there are."
            kind = SupersetErrorType.DATASOURCE_SECURITY_ACCESS_ERROR
            raise SupersetSecurityException(SupersetError(message=said, error_type=kind, level=ErrorLevel.ERROR))


def _is_own_sql(source: Any, question: Mapping[str, Any]) -> bool:
    """Whether a question has in it what is no column or measure of its dataset, nor a condition of its tiles."""
    columns = {one.column_name for one in source.columns}
    names = columns | {one.metric_name for one in source.metrics}
    if not all(name in names for name in _asked(question)):
        return True
    extras = question.get("extras") or {}
    conditions = {_plain(extras.get(name) or "") for name in ("where", "having")} - {""}
    return bool(conditions) and not conditions <= _conditions(source)


def _asked(question: Mapping[str, Any]) -> Iterator[Any]:
    """Every column, measure or expression of a question; what is none by its shape as it is."""
    for key in ("columns", "groupby", "metrics", "series_columns"):
        yield from map(_name, question.get(key) or [])
    for key in ("series_limit_metric", "timeseries_limit_metric", "granularity"):
        if question.get(key):
            yield _name(question[key])
    yield from (_name(by[0]) for by in question.get("orderby") or [])
    yield from (_name(one.get("col")) for one in question.get("filter") or [])


def _name(said: Any) -> Any:
    """What a column or measure is called; charts write the column of an axis as though it were SQL."""
    if isinstance(said, Mapping):
        is_axis = said.get("columnType") == "BASE_AXIS" and not said.get("aggregate")
        return said.get("sqlExpression") if is_axis else None
    return said if isinstance(said, str) else None


def _conditions(source: Any) -> set[str]:
    """The conditions of the tiles that a dataset has."""
    from superset import db
    from superset.models.slice import Slice

    tiles = db.session.query(Slice.params).filter_by(datasource_id=source.id, datasource_type="table")
    said = [one for (params,) in tiles for one in json.loads(params or "{}").get("adhoc_filters") or []]
    return {_plain(one["sqlExpression"]) for one in said if one.get("sqlExpression")}


def _plain(condition: str) -> str:
    """A condition whoever writes it, Superset on its way too: no brackets around it, one blank, small letters."""
    text = " ".join(condition.split()).lower()
    return text[1:-1] if text.startswith("(") and text.endswith(")") else text


#: Where a program signs in without the page that counts attempts.
_FOR_PROGRAMS = ("/api/v1/security/login", "/api/v1/security/refresh", "/api/v1/security/guest_token")


def refuse_programs(app: Flask) -> None:
    """Signing in is at the page for people alone, where attempts are counted."""

    @app.before_request
    def refuse() -> Response | None:
        return Response(status=404) if request.path.rstrip("/") in _FOR_PROGRAMS else None
