"""What a rule does, or in shadow would do, to everything received so far."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from include.contract import Rule, load_contract
from include.platform import database
from include.platform.errors import UsageError
from include.platform.settings import Settings
from include.platform.statements import beside
from include.stage4_validation.settle import add_consequences, parameters, verdicts

_SQL = beside(__file__)
_COLUMNS = "submission_id, rule, severity, sheet, row_number, column_name, enterprise_ref, waived"


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
    """Settle every delivery with and without the rule, enforced or in shadow, and compare.

    Raises UsageError for an unknown rule, and for R03 and F08, which follow from other findings.
    """
    known = load_contract().rules.get(rule)
    if known is None or known.is_derived:
        raise UsageError(f"There is no rule {rule!r} whose impact could be told: R03 and F08 follow from others.")
    with database.transaction(settings, "loader") as connection:
        return _measure(connection, known)


def _measure(connection: sa.Connection, rule: Rule) -> RuleImpact:
    asked: dict[str, object] = {**parameters(), "rule": rule.key}
    connection.execute(_SQL("with_rule", columns=_COLUMNS), asked)
    connection.execute(_SQL("asked"))
    totals = connection.execute(_SQL("totals")).mappings().one()
    projects = [ProjectImpact(*row) for row in connection.execute(_SQL("projects")).tuples()]
    connection.execute(_SQL("without_rule", columns=_COLUMNS), asked)
    connection.execute(_SQL("add_others"))
    for finding in ("with_rule", "without_rule"):
        connection.execute(sa.text(f"create index on {finding} (submission_id, sheet, row_number)"))
        connection.execute(sa.text(f"analyze {finding}"))
        add_consequences(connection, finding, "asked")
    out = (_SQL.text("out", finding=finding) for finding in ("with_rule", "without_rule"))
    rows_out = connection.execute(_SQL("rows_out", **dict(zip(("out_with", "out_without"), out, strict=True))), asked)
    settled = _SQL(
        "verdicts", verdicts_with=verdicts("with_rule", "asked"), verdicts_without=verdicts("without_rule", "asked")
    )
    turned = connection.execute(settled, asked).all()
    return RuleImpact(
        rule=rule.key,
        severity=rule.severity,
        **totals,
        **rows_out.mappings().one(),
        returned=tuple(one.submission_id for one in turned if one.turns_to_returned),
        no_longer_clean=tuple(one.submission_id for one in turned if one.is_no_longer_clean),
        projects=tuple(projects),
    )
