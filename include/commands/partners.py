"""Commands about what partners fill in and get back, and about the rules they are judged by."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from include.commands.told import required, told
from include.platform.errors import UsageError
from include.platform.settings import Settings


def template(settings: Settings) -> int:
    """Write the submission workbook for partners in LANGUAGE, filled in for PROJECT and PERIOD where given."""
    from include.contract.model import LANGUAGES
    from include.contract.template import write

    language = told("TEMPLATE_LANGUAGE") or "es"
    if language not in LANGUAGES:
        raise UsageError(f"LANGUAGE has to be one of {', '.join(LANGUAGES)}, not {language!r}.")
    path = settings.templates / f"plantilla_{language}.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, language, project=told("PROJECT"), period=told("PERIOD"))
    print(path)
    return 0


def verify_receipt(settings: Settings) -> int:
    """Say whether the receipt FILE was signed by this installation and is unchanged."""
    from include.stage7_feedback.receipt import verify_receipt as verify

    file = required("FILE", "make verify-receipt FILE=path/to/PE-01-0001_receipt.json")
    is_right, reason = verify(settings, Path(file))
    print(reason)
    return 0 if is_right else 1


def rule_impact(settings: Settings) -> int:
    """Show what RULE does, or in shadow would do, to everything received so far."""
    from include.platform import schema
    from include.stage7_feedback.impact import rule_impact as measure
    from include.stage7_feedback.impact_table import show

    rule = required("RULE", "make rule-impact RULE=E04; docs/contract.md lists the rules")
    schema.prepare(settings)
    show(measure(settings, rule), Console(highlight=False))
    return 0
