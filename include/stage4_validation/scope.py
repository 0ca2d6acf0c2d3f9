"""What this night judges: submissions that no night has judged by today's registry and rules."""

from __future__ import annotations

import hashlib
from functools import lru_cache

import sqlalchemy as sa

from include.contract.model import DATA, SEEDS
from include.platform.settings import PROJECT_ROOT
from include.platform.statements import beside

_SQL = beside(__file__)

#: Seeds that rules look things up in. Where an exchange rate or a price index changes, ``judged_with`` is taken from
#: the submissions that depend on it when it is loaded, because they are few.
_JUDGING_SEEDS = ("codelists", "countries", "isic_classes", "standards", "territories")


@lru_cache(maxsize=1)
def rules_fingerprint() -> str:
    """Changes whenever a rule, a code list or a reference figure does."""
    files = [
        *(DATA / f"{name}.csv" for name in ("sheets", "columns", "rules")),
        *(SEEDS / f"{name}.csv" for name in _JUDGING_SEEDS),
        *sorted((PROJECT_ROOT / "expectations").glob("*.py")),
        *(PROJECT_ROOT / "include" / "stage4_validation").glob("work_tables.*"),
    ]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def open_scope(connection: sa.Connection) -> int:
    """Make ``work.submission``, one row a submission to judge, and return how many there are."""
    connection.execute(sa.text("drop table if exists work.submission cascade"))
    connection.execute(_SQL(), {"rules": rules_fingerprint()})
    connection.execute(sa.text("alter table work.submission add primary key (submission_id)"))
    connection.execute(sa.text("analyze work.submission"))
    return connection.execute(sa.text("select count(*) from work.submission")).scalar_one()
