"""Whether anything the candidates are built from has changed since they were built."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from psycopg import sql

from include.platform import database
from include.platform.settings import PROJECT_ROOT, Settings
from include.stage5_transformation.dbt import build

#: What the models read, but for rows and findings: those follow from the submissions' ``judged_with`` and the waivers.
_REGISTRY = ("claims", "institutions", "project_institutions", "projects", "reporting_calendar", "targets", "waivers")
_SUBMISSIONS = """
select md5(string_agg(
    concat_ws('|', submission_id, period, status, version, is_current, judged_with), ',' order by submission_id
))
from ops.submission
"""
_LOAD_DATE = "select as_of::text from ops.night order by started_at desc limit 1"
_REFERENCE = "select obj_description('reference'::regnamespace, 'pg_namespace')"
_BUILT_FROM = "select obj_description('candidate_marts'::regnamespace, 'pg_namespace')"


def build_if_changed(settings: Settings) -> bool:
    """Build and test the candidates unless they were built from exactly this; returns whether they were built.

    What they were built from is kept as the comment of schema ``candidate_marts``, and taken away while they are
    built. Raises TransformationFailed.
    """
    engine = database.engine(settings, "transformer")
    try:
        with engine.connect() as connection:
            inputs = _fingerprint(connection)
            if connection.scalar(sa.text(_BUILT_FROM)) == inputs:
                return False
        _remember(engine, None)
        build(settings)
        _remember(engine, inputs)
        return True
    finally:
        engine.dispose()


def _fingerprint(connection: sa.Connection) -> str:
    digest = hashlib.sha256()
    for query in (
        _LOAD_DATE,
        _REFERENCE,
        _SUBMISSIONS,
        *(f"select md5(string_agg(t::text, ',' order by t::text)) from registry.{table} as t" for table in _REGISTRY),
    ):
        digest.update(f"{connection.scalar(sa.text(query))}\n".encode())
    for file in sorted((PROJECT_ROOT / "dbt_project").rglob("*")):
        if file.suffix in (".sql", ".yml"):
            digest.update(file.read_bytes())
    return f"inputs {digest.hexdigest()}"


def _remember(engine: sa.Engine, inputs: str | None) -> None:
    with engine.begin() as connection:
        statement = sql.SQL("comment on schema candidate_marts is {}").format(sql.Literal(inputs))
        connection.exec_driver_sql(statement.as_string())
