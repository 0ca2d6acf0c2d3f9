"""A rule's impact as a table on the terminal, for the office before it enforces the rule."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table

from include.contract import load_contract
from include.stage7_outputs.figures.impact import RuleImpact

#: So many projects and deliveries are named.
_NAMED = 15


def show(impact: RuleImpact, console: Console) -> None:
    """Print what the rule does, or in shadow would do; enterprises and values are not named."""
    rule = load_contract().rules[impact.rule]
    console.print(f"{rule.key} ({rule.severity}, {rule.life}): {rule.what_it_says}", markup=False)
    counts = Table(box=box.SIMPLE, show_header=False, padding=(0, 1, 0, 0))
    counts.add_column(no_wrap=True)
    counts.add_column(justify="right", no_wrap=True)
    for what, count in (
        ("deliveries judged so far", impact.judged),
        ("deliveries with a finding", impact.deliveries),
        ("findings", impact.findings),
        ("waived of these", impact.waived),
        ("rows with a finding", impact.rows),
        ("rows that only this rule keeps from the figures", impact.rows_taken_out),
        ("rows of other sheets that do not count with them", impact.consequences),
        ("deliveries that only this rule returns", len(impact.returned)),
        ("deliveries that only this rule keeps from being clean", len(impact.no_longer_clean)),
    ):
        counts.add_row(what, f"{count:,}")
    console.print(counts)
    if impact.projects:
        projects = Table(box=box.SIMPLE, padding=(0, 1, 0, 0))
        projects.add_column("project", no_wrap=True)
        projects.add_column("deliveries", justify="right")
        projects.add_column("findings", justify="right")
        for project in impact.projects[:_NAMED]:
            projects.add_row(project.project_code, f"{project.deliveries:,}", f"{project.findings:,}")
        console.print(projects)
    if len(impact.projects) > _NAMED:
        console.print(f"and {len(impact.projects) - _NAMED:,} more projects")
    for what, ids in (("Returned", impact.returned), ("No longer clean", impact.no_longer_clean)):
        if ids:
            more = f" and {len(ids) - _NAMED:,} more" if len(ids) > _NAMED else ""
            console.print(f"{what}: {', '.join(ids[:_NAMED])}{more}", markup=False)
