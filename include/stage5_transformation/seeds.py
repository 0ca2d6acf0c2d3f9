"""The reference tables that dbt makes of seed files: loaded where files or the office's own figures have changed."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from psycopg import sql

from include.contract.model import SEEDS
from include.platform import database
from include.platform.settings import Settings
from include.platform.step_lock import step_lock
from include.stage5_transformation import reference_figures


def ensure_seeds(settings: Settings) -> bool:
    """Load the reference tables where they are not what seed files and the office's registry say; whether it had to.

    The reader and the checks judge by them, so a night calls this before anything else, and after its registry is
    loaded. The comment of schema ``reference`` keeps what was loaded last: a fingerprint of all files, one of those
    that everything depends on, one of the office's own rates and indices. Raises TransformationFailed.
    """
    files = _seeds_fingerprint()
    with database.opened(settings, "transformer") as engine:
        if _loaded_seeds(engine) == _fingerprint(engine, files):
            return False
        with step_lock(engine):
            fingerprint = _fingerprint(engine, files)
            loaded = _loaded_seeds(engine)
            if loaded == fingerprint:  # by another night, meanwhile
                return False
            with engine.connect() as connection:
                coming = reference_figures.Figures.in_force(SEEDS, connection)
            reference_figures.mark_depending(settings, coming)
            if not (loaded or "").startswith(f"{files} "):
                # Full: a file may have other columns. Cautious: without the tests that compare a seed with a mart not
                # built yet.
                from include.stage5_transformation.dbt import run

                run(settings, "build", "--full-refresh", "--select", "path:seeds", "--indirect-selection", "cautious")
            with engine.begin() as connection:
                reference_figures.put_in_force(connection, SEEDS)
                comment = sql.SQL("COMMENT ON SCHEMA reference IS {}").format(sql.Literal(fingerprint))
                connection.exec_driver_sql(comment.as_string())
    return True


def _fingerprint(engine: sa.Engine, files: str) -> str:
    with engine.connect() as connection:
        return f"{files} {reference_figures.office_fingerprint(connection)}"


def _loaded_seeds(engine: sa.Engine) -> str | None:
    with engine.connect() as connection:
        query = sa.text("SELECT obj_description(to_regnamespace('reference'), 'pg_namespace')")
        comment: str | None = connection.scalar(query)
        return comment


def _seeds_fingerprint() -> str:
    every, everything_depends_on = hashlib.sha256(), hashlib.sha256()
    for path in sorted([*SEEDS.glob("*.csv"), *SEEDS.glob("*.yml")]):
        part = path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest()
        every.update(part)
        if path.stem not in reference_figures.COLUMNS:
            everything_depends_on.update(part)
    return f"{every.hexdigest()} {everything_depends_on.hexdigest()}"
