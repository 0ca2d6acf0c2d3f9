"""What a reader of a country office could try: each attempt ends as his login, so that rows of others never come.

Attempts are made against the server that ``make dashboards-test`` has started, as a browser or a program would. What
they give back is compared with words that only other countries' rows have.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import sqlalchemy as sa

from include.dashboards import links
from include.dashboards.pages import load_pages
from include.platform import database
from include.platform.settings import Settings
from tests.dashboards import sessions
from tests.dashboards.reader import COUNTRY, Reader

#: What no answer to a reader may hold, whoever asks: passwords, keys, the files that hold them.
_SECRETS = re.compile(r"password\s*=|PRIVATE KEY|scram-sha-256\$|pbkdf2:|scrypt:", re.IGNORECASE)


@dataclass(frozen=True)
class Attempt:
    """Something tried: what came back, and how it has to end."""

    name: str
    answer: httpx.Response
    is_refused: bool = True


def run(settings: Settings, office: Reader, programme: Reader, foreign: frozenset[str]) -> Iterator[str]:
    """Every attempt of an office's reader; yields in words what came through.

    ``foreign`` are words of other countries' rows. Attempts to sign in come last: they use up what the server allows.
    """
    # What the programme's reader was answered comes first: the office's asks for the same.
    yield from _shared(office, programme, foreign)
    for attempt in (*_questions(office), *_places(office), *_addresses(office, programme), *_writes(office)):
        yield from _judged(attempt, foreign)
    yield from _pages(office, foreign)
    yield from sessions.cookies(settings, office)
    yield from sessions.sign_in(settings)


def _judged(attempt: Attempt, foreign: frozenset[str]) -> Iterator[str]:
    answer = attempt.answer
    text = answer.text
    if attempt.is_refused and answer.status_code < 400 and not sessions.leads_to_login(answer):
        yield f"{attempt.name}: not refused but {answer.status_code}: {text[:200]}"
    if found := sorted(word for word in foreign if word in text):
        yield f"{attempt.name}: shows rows of others: {found[:3]}"
    if _SECRETS.search(text):
        yield f"{attempt.name}: shows a secret"
    if "Traceback (most recent call last)" in text:
        yield f"{attempt.name}: shows where the code stands"
    if answer.status_code >= 500:
        yield f"{attempt.name}: ends with {answer.status_code}"


def csrf_token(reader: Reader) -> str:
    """The token that a page of Superset has in it, without which nothing is written; empty where it has none."""
    found = re.search(r'id="csrf_token"[^>]*value="([^"]+)"', reader.client.get(links.path("programme", "es")).text)
    return found[1] if found else ""


# --- questions of one's own -------------------------------------------------------------------------------------------

_OWN = "(select string_agg(project_code, ',') from marts.dim_project)"
_EXPRESSION = "upper(session_user::text)"
_FILES = "pg_read_file('/etc/passwd')"


def _metric(sql: str) -> dict[str, Any]:
    return {"expressionType": "SQL", "sqlExpression": sql, "label": "x"}


def _column(sql: str, kind: str | None = None) -> dict[str, Any]:
    return {**_metric(sql), **({"columnType": kind} if kind else {})}


def _sql_in_places(sql: str) -> dict[str, dict[str, Any]]:
    """The same SQL in every place of a question that takes one."""
    return {
        "a measure": {"metrics": [_metric(sql)]},
        "an aggregate": {"metrics": [{"expressionType": "SIMPLE", "aggregate": "MAX", "column": {"column_name": sql}}]},
        "a column": {"columns": [_column(sql)]},
        "an axis": {"columns": [_column(sql, "BASE_AXIS")]},
        "a column's name": {"columns": [sql]},
        "extras.where": {"extras": {"where": f"{sql} is not null"}},
        "extras.having": {"extras": {"having": f"{sql} is not null"}},
        "two conditions": {"extras": {"where": f"(kpi = 'green_jobs') or ({sql} is not null)"}},
        "a filter": {"filters": [{"col": _column(sql), "op": "IS NOT NULL"}]},
        "an order": {"orderby": [[_metric(sql), True]]},
        "an order's name": {"orderby": [[sql, True]]},
        "a limit of series": {"series_columns": ["period"], "series_limit": 5, "series_limit_metric": _metric(sql)},
        "a template": {"extras": {"where": "{{ 1 + 1 }} = 2 and " + sql + " is not null"}},
    }


_PROGRAMS = {
    "projects": _OWN,
    "another role": "set_config('role', 'bi_reader', false)",
    "policies off": "set_config('row_security', 'off', false)",
    "writing": "set_config('default_transaction_read_only', 'off', false)",
    "another schema": "(select max(submission_id) from ops.submission)",
    "names": "(select max(enterprise_name) from restricted.enterprise_names)",
    "passwords": "(select max(passwd) from pg_shadow)",
    "a file": _FILES,
    "others' questions": "(select max(query) from pg_stat_activity)",
    "an estimate": "(select max(most_common_vals::text) from pg_stats where tablename = 'dim_project')",
    "another statement": "1); set role bi_reader; select (1",
    "a comment": "1 /* */ union select project_code from marts.dim_project --",
}


def _questions(office: Reader) -> Iterator[Attempt]:
    """A question with SQL of one's own, of a tile's dataset and as the legacy interface takes it."""
    own, plain = "figures", {"columns": ["period"], "metrics": ["green_jobs"], "row_limit": 1000}
    for kind, sql in {"a select": _OWN, "an expression": _EXPRESSION}.items():  # Superset refuses selects by itself
        for place_, piece in _sql_in_places(sql).items():
            yield Attempt(f"{kind} in {place_}", _asked(office, own, {**plain, **piece}))
        layer = {"annotation_layers": [_layer(office, sql)]}
        yield Attempt(f"{kind} in a layer of notes", _asked(office, own, {**plain, **layer}))
    for program, sql in _PROGRAMS.items():
        yield Attempt(f"{program} as a measure", _asked(office, own, {**plain, "metrics": [_metric(sql)]}))
        yield Attempt(f"{program} as a condition", _asked(office, own, {**plain, "extras": {"where": f"{sql} = ''"}}))
    for kind in ("samples", "results", "full", "query", "columns", "drill_detail", "timegrains"):
        answer = _asked(office, "figures", {**plain, "metrics": [_metric(_OWN)]}, result_type=kind)
        yield Attempt(f"SQL for {kind}", answer)
    for kind in ("samples", "drill_detail", "query", "columns"):
        yield Attempt(f"{kind} of a dataset", _asked(office, "deliveries", {}, result_type=kind), is_refused=False)
    for form in ("csv", "xlsx", "json"):
        question = {"columns": ["project"], "metrics": ["reports_due"], "row_limit": 50_000}
        yield Attempt(f"rows as {form}", _asked(office, "deliveries", question, result_format=form), is_refused=False)
    number = office.dataset("figures", "es")
    form = {"datasource": f"{number}__table", "viz_type": "country_map", "select_country": "peru", "entity": "period"}
    for name, piece in {
        "a measure": {"metric": _metric(_OWN)},
        "a condition": {"metric": "green_jobs", "adhoc_filters": [_adhoc(f"{_OWN} is not null")]},
        "a clause": {"metric": "green_jobs", "where": f"{_OWN} is not null"},
        "an entity": {"metric": "green_jobs", "entity": _OWN},
    }.items():
        answer = office.client.post("/superset/explore_json/", data={"form_data": json.dumps({**form, **piece})})
        yield Attempt(f"{name} of a map", answer)


def _layer(office: Reader, sql: str) -> dict[str, Any]:
    """A layer of notes, which is the question of another chart, a map here, with SQL in place of its measure."""
    maps = "(columns:!(id),filters:!((col:viz_type,opr:eq,value:country_map)))"
    chart = office.client.get("/api/v1/chart/", params={"q": maps}).json()["result"][0]["id"]
    kind = {"annotationType": "EVENT", "sourceType": "table", "style": "solid", "show": True, "showLabel": False}
    return {**kind, "name": "x", "value": chart, "overrides": {"metric": _metric(sql), "adhoc_filters": []}}


def _adhoc(sql: str) -> dict[str, str]:
    return {"expressionType": "SQL", "clause": "WHERE", "sqlExpression": sql}


def _asked(reader: Reader, dataset: str, question: Mapping[str, Any], **more: str) -> httpx.Response:
    source = {"id": reader.dataset(dataset, "es"), "type": "table"}
    told = {"datasource": source, "queries": [question], "result_format": "json", "result_type": "full", **more}
    return reader.client.post("/api/v1/chart/data", json=told)


# --- what is not his to open ------------------------------------------------------------------------------------------


def _places(office: Reader) -> Iterator[Attempt]:
    """SQL Lab, lists of people, connections and logs, by their addresses."""
    client, number = office.client, office.dataset("figures", "es")
    token = {"X-CSRFToken": csrf_token(office)}  # or what is refused is another site's
    table = "(database_name:'AL-INVEST Verde',datasource_type:table,schema_name:marts,table_name:dim_project)"
    question = {"datasource": {"id": number, "type": "table"}, "queries": [{"columns": ["period"], "metrics": []}]}
    sql = {"database_id": 1, "sql": "select 1", "schema": "marts", "client_id": "abcdefghijk"}
    for name, answer in {
        "SQL Lab": client.post("/api/v1/sqllab/execute/", json=sql, headers=token),
        "SQL Lab's page": client.get("/sqllab/"),
        "an estimate of SQL": client.post("/api/v1/sqllab/estimate/", json=sql, headers=token),
        "SQL as CSV": client.get("/api/v1/sqllab/export/abcdefghijk/"),
        "a saved question": client.post(
            "/api/v1/saved_query/", json={"label": "x", "db_id": 1, "sql": "select 1"}, headers=token
        ),
        "questions of others": client.get("/api/v1/query/"),
        "connections": client.get("/api/v1/database/"),
        "the connection": client.get("/api/v1/database/1"),
        "the connection's login": client.get("/api/v1/database/1/connection"),
        "its tables": client.get("/api/v1/database/1/tables/", params={"q": "(schema_name:marts)"}),
        "a try at a connection": client.post(
            "/api/v1/database/test_connection/", json={"sqlalchemy_uri": "sqlite://"}, headers=token
        ),
        "another connection": client.post(
            "/api/v1/database/", json={"database_name": "x", "sqlalchemy_uri": "x://"}, headers=token
        ),
        "people": client.get("/api/v1/security/users/"),
        "roles": client.get("/api/v1/security/roles/"),
        "policies": client.get("/api/v1/rowlevelsecurity/"),
        "the log": client.get("/api/v1/log/"),
        "the list of people": client.get("/users/list/"),
        "settings": client.get("/api/v1/menu/config"),
        "what is in the cache": client.get("/api/v1/chart/data/qc-0123456789abcdef"),
        "a picture": client.get("/api/v1/chart/1/cache_screenshot/"),
        "subscriptions": client.get("/api/v1/report/"),
        "a file": client.get("/static/%2e%2e/%2e%2e/superset_config.py"),
        "another table": client.post(
            "/api/v1/chart/data",
            json={"datasource": {"id": 1, "type": "query"}, "queries": [{"columns": ["x"]}]},
        ),
        "a dataset that is none": client.post(
            "/api/v1/chart/data",
            json={"datasource": {"id": 99_999, "type": "table"}, "queries": [{"columns": ["period"]}]},
        ),
        "samples": client.post(
            "/datasource/samples", params={"datasource_type": "table", "datasource_id": number}, json={}, headers=token
        ),
        "columns of a table": client.get("/datasource/external_metadata_by_name/", params={"q": table}),
        "a question another way": client.post(
            "/api/v1/query/", data={"query_context": json.dumps(question)}, headers=token
        ),
        "a chart's form": client.get("/api/v1/form_data/?slice_id=1"),
        "a column's values": client.get(f"/api/v1/datasource/table/{number}/column/{_OWN}/values/"),
    }.items():
        yield Attempt(name, answer)


def _writes(office: Reader) -> Iterator[Attempt]:
    """Datasets, charts and pages of one's own, and changes of ours."""
    client, number = office.client, office.dataset("figures", "es")
    virtual = {"database": 1, "schema": "marts", "table_name": "x", "sql": "select * from marts.dim_project"}
    chart = {"slice_name": "x", "viz_type": "table", "datasource_id": number, "datasource_type": "table"}
    token = {"X-CSRFToken": csrf_token(office)}
    for name, ask in {
        "a virtual dataset": lambda more: client.post("/api/v1/dataset/", json=virtual, headers=more),
        "a copy of a dataset": lambda more: client.post(
            "/api/v1/dataset/duplicate", json={"base_model_id": number, "table_name": "y"}, headers=more
        ),
        "other SQL of a dataset": lambda more: client.put(
            f"/api/v1/dataset/{number}", json={"sql": "select * from marts.dim_project"}, headers=more
        ),
        "a chart": lambda more: client.post("/api/v1/chart/", json=chart, headers=more),
        "another chart": lambda more: client.put("/api/v1/chart/1", json={"slice_name": "x"}, headers=more),
        "a page": lambda more: client.post("/api/v1/dashboard/", json={"dashboard_title": "x"}, headers=more),
        "another page": lambda more: client.put("/api/v1/dashboard/1", json={"dashboard_title": "x"}, headers=more),
        "a page less": lambda more: client.delete("/api/v1/dashboard/1", headers=more),
        "pages from a file": lambda more: client.post(
            "/api/v1/assets/import/", files={"bundle": ("x.zip", b"PK\x05\x06" + bytes(18))}, headers=more
        ),
        "pages as a file": lambda more: client.get("/api/v1/assets/export/", headers=more),
        "a dataset as a file": lambda more: client.get(f"/api/v1/dataset/export/?q=!({number})", headers=more),
        "a person": lambda more: client.post(
            "/api/v1/security/users/", json={"username": "x", "roles": [1]}, headers=more
        ),
        "a role of his own": lambda more: client.put("/api/v1/me/", json={"roles": [1]}, headers=more),
    }.items():
        yield Attempt(f"{name}, with a token", ask(token))
        answer = ask({})  # as another site would have his browser do it
        yield Attempt(f"{name}, from another site", answer)


# --- pages and addresses of others ------------------------------------------------------------------------------------


def _addresses(office: Reader, programme: Reader) -> Iterator[Attempt]:
    """Every page, chart and dataset by its number, and what another reader left in Superset's own store."""
    for kind in ("dashboard", "chart", "dataset"):
        listed = programme.client.get(f"/api/v1/{kind}/", params={"q": "(page_size:200,columns:!(id))"}).json()
        for number in (one["id"] for one in listed["result"][:: 1 if kind == "dashboard" else 7]):
            for end in ("", "/charts", "/datasets") if kind == "dashboard" else ("", "/data/"):
                answer = office.client.get(f"/api/v1/{kind}/{number}{end}")
                yield Attempt(f"{kind} {number}{end}", answer, is_refused=False)
    number = programme.client.get("/api/v1/dashboard/", params={"q": "(page_size:1,columns:!(id))"}).json()
    board = number["result"][0]["id"]
    token = {"X-CSRFToken": csrf_token(programme)}
    kept = programme.client.post(
        f"/api/v1/dashboard/{board}/filter_state", json={"value": json.dumps({"chosen": "2025-S2"})}, headers=token
    )
    key = kept.json()["key"]
    gone = office.client.delete(f"/api/v1/dashboard/{board}/filter_state/{key}")
    yield Attempt("another's filters, taken away", gone)
    chosen = office.client.post(f"/api/v1/dashboard/{board}/filter_state", json={"value": "{}"})
    yield Attempt("filters of his own, from another site", chosen)
    for language in ("es", "pt", "en"):
        for page in load_pages():
            answer = office.client.get(links.path(page, language))
            yield Attempt(f"{page} in {language}", answer, is_refused=False)


def _pages(office: Reader, foreign: frozenset[str]) -> Iterator[str]:
    """Each tile of each page, unfiltered in scope: what others' projects and countries would show."""
    for language in ("es", "pt", "en"):
        for page in load_pages().values():
            for one in page.filters:
                offered = " ".join(map(str, office.values(one, language)))
                if found := sorted(word for word in foreign if word in offered):
                    yield f"filter {one.name} of {page.name} in {language} offers others': {found[:3]}"


def foreign(settings: Settings) -> frozenset[str]:
    """Words of rows that are not the office's: codes and titles of other countries' projects."""
    with database.connected(settings) as connection:
        others = sa.text("""
        select unnest(array[project_code, title]) from marts.dim_project where country <> :country
        """)
        found = frozenset(connection.scalars(others, {"country": COUNTRY}))
    assert found, "all projects are of one country: nothing of others could be seen"
    return found


# --- what the programme's reader was answered -------------------------------------------------------------------------


def _shared(office: Reader, programme: Reader, foreign: frozenset[str]) -> Iterator[str]:
    """Each question twice, first by one who sees others' rows: nothing that was kept of it is for the office."""
    question = {"columns": ["project"], "metrics": ["reports_due"], "row_limit": 50_000}
    number = office.dataset("results", "es")
    form = {"datasource": f"{number}__table", "viz_type": "country_map", "select_country": "peru"}
    form |= {"entity": "project", "metric": "green_jobs"}
    keys: list[str] = []

    def a_map(reader: Reader) -> httpx.Response:
        return reader.client.post("/superset/explore_json/", data={"form_data": json.dumps(form)})

    for name, ask in {
        "a tile": lambda reader: _asked(reader, "deliveries", question),
        "a map": a_map,
        "a column's values": lambda reader: reader.client.get(
            f"/api/v1/datasource/table/{reader.dataset('deliveries', 'es')}/column/project/values/"
        ),
    }.items():
        first = ask(programme)
        if not any(word in first.text for word in foreign):
            yield f"{name}: the programme's reader is shown no rows of others ({first.status_code}): it was not tried"
        keys += re.findall(r'"cache_key": ?"(\w[\w-]+)"', first.text)
        yield from _judged(Attempt(f"{name} that the programme was shown", ask(office), is_refused=False), foreign)
    for key in keys:
        for path in ("/api/v1/chart/data/", "/superset/explore_json/data/"):
            yield from _judged(Attempt(f"what {path} keeps", office.client.get(path + key)), foreign)
