"""Commands about what partners fill in and get back, and about the rules they are judged by."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from include.commands.told import required, told
from include.platform.settings import Settings


def template(settings: Settings) -> int:
    """Write the workbook that partners fill in, in LANGUAGE, for PROJECT (all: one for each) and PERIOD if given."""
    from include.commands.templates import write_templates

    for path in write_templates(settings, told("TEMPLATE_LANGUAGE") or "es", told("PROJECT"), told("PERIOD")):
        print(path)
    return 0


def verify_receipt(settings: Settings) -> int:
    """Say whether the receipt FILE was signed by this installation and is unchanged."""
    from include.stage7_outputs.answers.receipt import verify_receipt as verify

    file = required("FILE", "make verify-receipt FILE=path/to/PE-01-0001_receipt.json")
    is_right, reason = verify(settings, Path(file))
    print(reason)
    return 0 if is_right else 1


def rule_impact(settings: Settings) -> int:
    """Show what RULE does, or in shadow would do, to everything received so far."""
    from include.platform import schema
    from include.stage7_outputs.figures.impact import rule_impact as measure
    from include.stage7_outputs.figures.impact_table import show

    rule = required("RULE", "make rule-impact RULE=E04; docs/contract.md lists the rules")
    schema.prepare(settings)
    show(measure(settings, rule), Console(highlight=False))
    return 0
