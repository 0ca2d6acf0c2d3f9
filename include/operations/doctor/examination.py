"""Is everything well? One look at each thing a night depends on; it changes nothing and starts nothing."""

from __future__ import annotations

from include.operations.doctor.archive import look_at_archive, without_ledger
from include.operations.doctor.check import Check, taken
from include.operations.doctor.dashboards import look_at_dashboards
from include.operations.doctor.inbox import look_at_inbox
from include.operations.doctor.keys import look_at_keys
from include.operations.doctor.machine import look_at_clock, look_at_disks, look_at_ports
from include.operations.doctor.mail import look_at_mail
from include.operations.doctor.registry import look_at_registry, registered_projects
from include.operations.doctor.warehouse import reached
from include.platform.settings import Settings


def examine(settings: Settings, full: bool = False) -> list[Check]:
    """Look at everything, before the first night or at any time; ``full`` reads every archived copy."""
    checks = [*taken("registry", lambda: look_at_registry(settings))]
    with reached(settings) as (engine, of_database):
        checks += taken("inbox", lambda: look_at_inbox(settings, registered_projects(settings), engine, deep=True))
        checks += of_database
        checks += taken("disk", lambda: look_at_disks(settings))
        checks += taken("ports", lambda: look_at_ports(settings))
        checks += taken("mail", lambda: look_at_mail(settings, has_database=engine is not None))
        checks += taken("dashboards", lambda: look_at_dashboards(settings, has_database=engine is not None))
        checks += taken("clock", lambda: look_at_clock(engine))
        checks += taken("keys", lambda: look_at_keys(settings, engine))
        if engine is None:
            checks += taken("archive", lambda: without_ledger(settings))
        else:
            checks += taken("archive", lambda: look_at_archive(settings, engine, full))
    return checks
