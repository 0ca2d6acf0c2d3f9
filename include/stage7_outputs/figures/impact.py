"""What a rule does, or in shadow would do, to everything received so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from include.contract import load_contract
from include.platform import database
from include.platform.errors import UsageError
from include.platform.settings import Settings
from include.stage4_validation.findings import FINDING_TABLES
from include.stage4_validation.settle import RETURNED_ERROR_ROWS, RETURNED_ERROR_SHARE, ROWS_OUT, WITHOUT_EFFECT


@dataclass(frozen=True)
class ProjectImpact:
    """A rule's findings in one project, and in how many of its deliveries."""

    project_code: str
    deliveries: int
    findings: int


@dataclass(frozen=True)
class RuleImpact:
    """``rows_taken_out`` are data rows that this rule alone keeps from every figure, ``consequences`` the rows of
    other sheets that do not count with them; ``returned`` and ``no_longer_clean`` are deliveries that this rule
    alone returns, or turns from accepted into accepted with findings.
    """

    rule: str
    severity: str
    judged: int
    deliveries: int
    findings: int
    waived: int
    rows: int
    rows_taken_out: int
    consequences: int
    returned: tuple[str, ...]
    no_longer_clean: tuple[str, ...]
    projects: tuple[ProjectImpact, ...]


def rule_impact(settings: Settings, rule: str) -> RuleImpact:
    """Compare every delivery with and without the rule, enforced or in shadow.

    Raises UsageError for an unknown rule, and for R03 and F08, which follow from other findings.
    """
    catalogue = load_contract().rules
    if rule not in catalogue or catalogue[rule].found_by == "consequence" or rule == "F08":
        raise UsageError(f"There is no rule {rule!r} whose impact could be told: R03 and F08 follow from others.")
    engine = database.engine(settings, "loader")
    try:
        with engine.begin() as connection:
            return _measure(connection, rule, catalogue[rule].severity)
    finally:
        engine.dispose()


def _measure(connection: sa.Connection, rule: str, severity: str) -> RuleImpact:
    columns = "submission_id, rule, severity, sheet, row_number, waived"
    hits = " union all ".join(f"select {columns} from {table} where rule = :rule" for table in FINDING_TABLES)
    connection.execute(sa.text(f"create temporary table hit on commit drop as {hits}"), {"rule": rule})
    connection.execute(
        sa.text(f"""
        create temporary table other on commit drop as
        select {columns} from ops.finding where rule not in (:rule, 'R03', 'F08', 'X01', 'X02', 'X03') and not waived
        """),
        {"rule": rule},
    )
    totals = connection.execute(sa.text(_TOTALS)).mappings().one()
    returned: set[str] = set()
    taken_out = consequences = 0
    if severity == "critical":
        returned = _ids(connection, _RETURNED_AT_ONCE)
    if severity == "error":
        limits = {"rows": RETURNED_ERROR_ROWS, "share": RETURNED_ERROR_SHARE}
        returned = _ids(connection, _RETURNED_FOR_MANY, limits)
    if severity == "error" or rule in ROWS_OUT:
        taken_out = connection.execute(sa.text(f"select count(*) from ({_TAKEN_OUT}) as t")).scalar_one()
        consequences = connection.execute(sa.text(_consequences())).scalar_one()
    no_longer_clean = (
        _ids(connection, _NO_LONGER_CLEAN) if severity in ("error", "warning") and rule not in WITHOUT_EFFECT else set()
    )
    projects = [ProjectImpact(*tuple[Any, ...](row)) for row in connection.execute(sa.text(_PROJECTS))]
    return RuleImpact(
        rule=rule,
        severity=severity,
        **totals,
        rows_taken_out=taken_out,
        consequences=consequences,
        returned=tuple(sorted(returned)),
        no_longer_clean=tuple(sorted(no_longer_clean - returned)),
        projects=tuple(projects),
    )


def _ids(connection: sa.Connection, query: str, limits: dict[str, float] | None = None) -> set[str]:
    return set(connection.execute(sa.text(query), limits or {}).scalars())


_TOTALS = """
select
    (select count(*) from ops.submission where status not in ('landed', 'read', 'duplicate')) as judged,
    count(distinct submission_id) as deliveries,
    count(*) as findings,
    count(*) filter (where waived) as waived,
    count(distinct (submission_id, sheet, row_number)) filter (where row_number is not null) as rows
from hit
"""

_PROJECTS = """
select s.project_code, count(distinct h.submission_id), count(*)
from hit as h
inner join ops.submission as s on s.submission_id = h.submission_id
group by s.project_code order by count(*) desc, s.project_code
"""

_OUT = "(" + ", ".join(f"'{rule}'" for rule in ROWS_OUT) + ")"

_RETURNED_AT_ONCE = """
select distinct h.submission_id from hit as h
where not h.waived and not exists (
    select 1 from other as o where o.submission_id = h.submission_id and o.severity = 'critical'
)
"""

#: Rows with an unwaived finding of the rule that takes them out, and no error of another.
_TAKEN_OUT = f"""
select distinct h.submission_id, h.sheet, h.row_number from hit as h
where not h.waived and h.row_number is not null and h.sheet <> 'cover' and (h.severity = 'error' or h.rule in {_OUT})
and not exists (
    select 1 from other as o
    where
        o.submission_id = h.submission_id and o.sheet = h.sheet and o.row_number = h.row_number
        and o.severity = 'error'
)
"""

#: F08 with the rule's rows and not without them, where nothing else returns the delivery.
_RETURNED_FOR_MANY = f"""
with counted as (
    select
        r.submission_id,
        r.row_count - (
            select count(*) from ops.finding as f
            where f.submission_id = r.submission_id and f.sheet = r.sheet and f.rule = 'R05'
        ) as data_rows,
        (
            select count(distinct o.row_number) from other as o
            where o.submission_id = r.submission_id and o.sheet = r.sheet and o.severity = 'error'
        ) as without_rule,
        added.rows as added
    from ops.sheet_reading as r
    inner join (
        select submission_id, sheet, count(*) as rows from ({_TAKEN_OUT}) as t group by submission_id, sheet
    ) as added on added.submission_id = r.submission_id and added.sheet = r.sheet
)
select distinct c.submission_id from counted as c
where
    c.without_rule + c.added >= :rows and c.without_rule + c.added > :share * c.data_rows
    and not (c.without_rule >= :rows and c.without_rule > :share * c.data_rows)
    and not exists (select 1 from other as o where o.submission_id = c.submission_id and o.severity = 'critical')
"""

_NO_LONGER_CLEAN = """
select distinct h.submission_id from hit as h
where not h.waived and not exists (
    select 1 from other as o
    where o.submission_id = h.submission_id and o.severity in ('critical', 'error', 'warning')
)
"""


def _consequences() -> str:
    """Rows of detail sheets below enterprises whose own row only this rule faults."""
    details = " union all ".join(
        f"select submission_id, enterprise_ref from raw.{sheet.key}"
        for sheet in load_contract().row_sheets
        if sheet.kind == "detail"
    )
    return f"""
    select count(*) from ({details}) as d
    where (d.submission_id, d.enterprise_ref) in (
        select e.submission_id, e.enterprise_ref
        from ({_TAKEN_OUT}) as t
        inner join raw.enterprises as e on e.submission_id = t.submission_id and e.row_number = t.row_number
        where t.sheet = 'enterprises'
    )
    """
