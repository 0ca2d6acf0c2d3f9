"""Each statement beside the one before it: enterprises that are missing (X02), references with another tax id (X03).

Which statement comes before another depends on the statuses of a folder's deliveries alone, so the same findings come
out of a rebuild.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from include.contract import load_contract
from include.stage4_validation.findings import FINDING_TABLES
from include.stage4_validation.settle import IS_WAIVED

RULES = ("X02", "X03")
#: A list seems to have been renumbered where so many references, and more than such a share of those that both
#: statements have, are another enterprise's.
RENUMBERED_REFERENCES, RENUMBERED_SHARE = 5, 1 / 3

_COMPARED = (Path(__file__).parent / "statements.sql").read_text(encoding="utf-8")
_FINDINGS = """
select submission_id, 'X02' as rule, 'file' as sheet, null::int as row_number, null::text as column_name,
    null::text as cell, count(*)::text as value, null::text as enterprise_ref
from missing
group by submission_id
union all
select submission_id, 'X03', 'enterprises', row_number, 'enterprise_ref',
    (column_letters ->> 'enterprise_ref') || row_number, reference_as_received, enterprise_ref
from kept
where has_another_tax_id
"""


@dataclass(frozen=True)
class Comparison:
    """A statement beside the one before it: the references it lacks, how many both have, and how many of these are now
    another enterprise's."""

    missing: tuple[str, ...] = ()
    kept: int = 0
    changed: int = 0

    @property
    def is_renumbered(self) -> bool:
        """Whether the list seems to have been renumbered."""
        return self.changed >= RENUMBERED_REFERENCES and self.changed > RENUMBERED_SHARE * self.kept


def compare_statements(connection: sa.Connection) -> None:
    """Find anew what comes of comparing, in the drop folders of ``work.settling``. Expects statuses to be decided."""
    projects = connection.scalars(
        sa.text("""
        select distinct s.project_code from ops.submission as s
        inner join work.settling as t on t.submission_id = s.submission_id
        """)
    ).all()
    asked = {"projects": list(projects), "rules": list(RULES)}
    for table in FINDING_TABLES:
        connection.execute(
            sa.text(f"""
            delete from {table} as f
            using ops.submission as s
            where s.project_code = any(:projects) and s.submission_id = f.submission_id and f.rule = any(:rules)
            """),
            asked,
        )
    rules = [load_contract().rules[rule] for rule in RULES]
    for table, is_shadow in zip(FINDING_TABLES, (False, True), strict=True):
        severities = ", ".join(f"('{rule.key}', '{rule.severity}')" for rule in rules if rule.is_shadow == is_shadow)
        if severities:
            connection.execute(
                sa.text(f"""
                insert into {table}
                    (submission_id, rule, severity, sheet, row_number, column_name, cell, value, enterprise_ref, waived)
                select
                    f.submission_id, f.rule, r.severity, f.sheet, f.row_number, f.column_name, f.cell, f.value,
                    f.enterprise_ref, {IS_WAIVED}
                from ({_COMPARED} {_FINDINGS}) as f
                inner join (values {severities}) as r (rule, severity) on r.rule = f.rule
                inner join ops.submission as s on s.submission_id = f.submission_id
                """),
                asked,
            )


def comparison(connection: sa.Connection, submission_id: str, project_code: str) -> Comparison:
    """A statement beside the one before it, as things stand now."""
    asked = {"projects": [project_code], "id": submission_id}
    missing = connection.scalars(
        sa.text(f"{_COMPARED} select enterprise_ref from missing where submission_id = :id order by row_number"), asked
    ).all()
    both = connection.execute(
        sa.text(f"""
        {_COMPARED}
        select count(*) as kept, count(*) filter (where has_another_tax_id) as changed
        from kept where submission_id = :id
        """),
        asked,
    ).one()
    return Comparison(tuple(missing), both.kept, both.changed)


def statement_before(connection: sa.Connection, submission_id: str, project_code: str) -> str | None:
    """The statement that one is compared with, as things stand now; None where there is none before it."""
    asked = {"projects": [project_code], "id": submission_id}
    query = sa.text(f"{_COMPARED} select earlier_id from pairs where submission_id = :id")
    before: str | None = connection.scalar(query, asked)
    return before
