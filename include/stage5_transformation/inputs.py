"""Builds what changed since the candidates were built last: nothing, some deliveries, or everything.

What decides is a fingerprint of each delivery, one of what all depend on, one of the registry, from which small
models are made anew every time, and the load date, of which a few of these say something.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence

import sqlalchemy as sa

from include.platform import database
from include.platform.causes import WorkLost
from include.platform.settings import Settings
from include.platform.statements import beside
from include.platform.step_lock import step_lock
from include.stage5_transformation import fingerprint, pending
from include.stage5_transformation.pending import Delivery
from include.stage5_transformation.replay import build

#: More reports than either of these, and a full build is the faster one.
MANY_REPORTS = 50
MANY_REPORTS_SHARE = 1 / 3

_REGISTRY = ("claims", "institutions", "project_institutions", "projects", "received", "reporting_calendar", "targets")
_SQL = beside(__file__)


def build_if_changed(settings: Settings) -> bool:
    """Build and test what the inputs ask for; returns whether anything was built.

    Raises TransformationFailed; what was to be rebuilt then stays pending. Raises WorkLost where the database
    restarted meanwhile and emptied what had been built already.
    """
    with database.opened(settings, "transformer") as engine, step_lock(engine):
        return _build_if_changed(settings, engine)


def _build_if_changed(settings: Settings, engine: sa.Engine) -> bool:
    build_id = uuid.uuid4().hex
    with engine.begin() as connection:
        pending.prepare(connection)
        found = connection.execute(_SQL("deliveries")).tuples()
        deliveries = {json.dumps(delivery): str(mark) for *delivery, mark in found}
        everything = {
            "": _fingerprint(connection, [_SQL("reference"), _SQL("ended_periods")], fingerprint.of_project())
        }
        registry = {"": _fingerprint(connection, [_SQL("rows", table=table) for table in _REGISTRY])}
        load_date = {"": _fingerprint(connection, [_SQL("load_date")])}
        before = pending.kept(connection, "delivery")
        is_same = deliveries == before and registry == pending.kept(connection, "registry")
        if everything != pending.kept(connection, "everything"):
            pending.add_everything(connection)
        elif is_same and load_date == pending.kept(connection, "load date"):
            return False
        is_later = is_same and pending.is_empty(connection)  # else a build was not published, or has failed
        pending.keep(connection, "load date", {})  # until it has succeeded, no other night may skip the build
        if not pending.codes(connection, pending.EVERYTHING):
            changed = {key for key in deliveries.keys() | before.keys() if deliveries.get(key) != before.get(key)}
            pending.add_deliveries(connection, (Delivery(*json.loads(key)) for key in changed))
            pending_reports, all_reports = pending.share_of_reports(connection)
            if pending_reports > max(MANY_REPORTS, MANY_REPORTS_SHARE * all_reports):
                pending.add_everything(connection)
        is_incremental = not pending.codes(connection, pending.EVERYTHING)
        pending.begin_build(connection, build_id)
    built = build(settings, is_incremental=is_incremental, is_later=is_later)
    with engine.begin() as connection:
        if build_id not in pending.codes(connection, pending.BUILD):
            raise WorkLost("The database restarted while the marts were built: they have to be built again.")
        pending.keep(connection, "delivery", deliveries)
        pending.keep(connection, "everything", everything)
        pending.keep(connection, "registry", registry)
        pending.keep(connection, "load date", load_date)
        if not is_later:
            pending.keep(connection, "mart", built.incremental_marts)
    return True


def _fingerprint(connection: sa.Connection, queries: Sequence[sa.TextClause], begun: str = "") -> str:
    digest = hashlib.sha256(begun.encode())
    for query in queries:
        digest.update(f"{connection.scalar(query)}\n".encode())
    return digest.hexdigest()
