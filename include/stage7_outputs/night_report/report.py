"""The night's report in at most ten lines: the same words in the terminal, on Airflow's page, in a mail, in a table."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from contextlib import suppress

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from include.contract.locales import figure_text
from include.platform import database
from include.platform.errors import PlatformError
from include.platform.settings import Settings
from include.platform.statements import beside
from include.platform.tables import night_report
from include.stage7_outputs.mail.addresses import addresses
from include.stage7_outputs.mail.outbox import begin, has_gone, put
from include.stage7_outputs.night_report.facts import FigureChange, NightFacts, facts_of

_SQL = beside(__file__)

log = logging.getLogger(__name__)

#: Statuses in the order they are told in, each with its name in a report.
_STATUSES = {
    "accepted": "accepted",
    "accepted_with_findings": "accepted with findings",
    "returned": "returned",
    "duplicate": "duplicate",
    "landed": "not judged yet",
}
#: So many of a list are named; the rest is counted.
_NAMED = 8
#: Warnings that are said, and characters of each: all of them stand in ``ops.night_warning``.
_WARNINGS, _WARNING_LENGTH = 3, 200
#: Lines of a failed night's reason that are said.
_REASON_LINES = 4
#: What Airflow keeps of a note, in characters.
_PAGE_LENGTH = 1000
_STAYS = "What stays: "


def write_report(settings: Settings, engine: sa.Engine, night_id: str) -> str:
    """Put the night's report into ``ops.night_report`` and, where it is due, into the outbox; returns its text.

    ``engine`` is the loader's. Can be called again: the row is replaced, and no message is written twice.
    """
    with engine.begin() as connection:
        facts = facts_of(connection, settings, night_id)
        text = as_text(facts, settings)
        row = {"night_id": night_id, "status": facts.status, "said": text, "facts": facts.document()}
        statement = insert(night_report).values(row)
        change = {name: statement.excluded[name] for name in ("status", "said", "facts")}
        connection.execute(
            statement.on_conflict_do_update(index_elements=["night_id"], set_={**change, "written_at": sa.func.now()})
        )
    if to := _recipients(settings, facts):
        _write_mail(settings, facts, text, to)
    return text


def try_to_report(settings: Settings, engine: sa.Engine, night_id: str) -> str:
    """As :func:`write_report`, but what goes wrong is said in the text: a report that fails stops no night."""
    try:
        return write_report(settings, engine, night_id)
    except Exception as error:
        log.warning("the report of the night %s could not be written: %s", night_id, type(error).__name__)
        return (
            f"The report of the night {night_id} could not be written ({type(error).__name__}); "
            f"ops.night and the logs in `{settings.logs}` say how it went."
        )


def is_reported(engine: sa.Engine, night_id: str) -> bool:
    """Whether the night's report is written, and the night has not gone on since."""
    with engine.connect() as connection:
        return connection.execute(_SQL("stored"), {"night_id": night_id}).one_or_none() is not None


def report_of(settings: Settings, night_id: str) -> str:
    """The report of a night that is over, written now where nobody has: its processes may have died before."""
    try:
        engine = database.engine(settings, "loader")
    except PlatformError as error:
        return str(error)
    try:
        with suppress(sa.exc.SQLAlchemyError), engine.connect() as connection:
            row = connection.execute(_SQL("stored"), {"night_id": night_id}).one_or_none()
            if row:
                return str(row.said)
        return try_to_report(settings, engine, night_id)
    finally:
        engine.dispose()


def what_follows(text: str) -> str:
    """Of a failed night's report the lines below the reason, for a terminal that has just shown the whole reason."""
    return text[max(text.find(_STAYS), 0) :]


def as_text(facts: NightFacts, settings: Settings) -> str:
    """At most ten lines of plain text, which are Markdown too."""
    if facts.status == "succeeded":
        lines = [f"The night {facts.night_id} (load date {facts.as_of}) ran.", *_deliveries(facts), _missing(facts)]
        lines += [_findings(facts), _figures(facts), _doubled(facts)]
    else:
        lines = [*_failure(facts), *(_deliveries(facts)[:1] if facts.statuses else ()), _doubled(facts)]
    lines += [_warnings(facts), _mail(facts, settings), _more(facts, settings)]
    return "\n".join(line for line in lines if line)


def as_page(text: str) -> str:
    """The report as Markdown for Airflow's page, which keeps 1,000 characters: of more, the middle is left out."""
    lines = text.splitlines()
    while len("\n\n".join(lines)) > _PAGE_LENGTH and len(lines) > 2:
        lines = [*lines[:-3], "…", lines[-1]] if "…" in lines else [*lines[:-2], "…", lines[-1]]
    return "\n\n".join(lines)[:_PAGE_LENGTH]


def _deliveries(facts: NightFacts) -> list[str]:
    taken = sum(facts.statuses.values())
    if not taken:
        return ["Nothing new was in the inbox."]
    known = [name for name in (*_STATUSES, *sorted(facts.statuses.keys() - _STATUSES.keys())) if name in facts.statuses]
    told = ", ".join(f"{facts.statuses[name]:,} {_STATUSES.get(name, name)}" for name in known)
    lines = [f"Taken: {taken:,} of {len(facts.delivered):,} projects ({_listed(facts.delivered)}): {told}."]
    if facts.returned:
        lines.append(f"Returned: {_listed(facts.returned)}; by rule: {_listed(facts.returned_by)}.")
    return lines


def _missing(facts: NightFacts) -> str:
    if not facts.missing:
        return "Missing: nothing that was due."
    period = facts.missing[0][0]
    projects = {project: 1 for one, project in facts.missing if one == period}
    others = len(facts.missing) - len(projects)
    earlier = f"; and {others:,} of earlier periods" if others else ""
    return f"Missing: {len(projects):,} reports of {period} ({_listed(projects)}){earlier}."


def _findings(facts: NightFacts) -> str:
    if not facts.findings:
        return "Findings: none." if facts.statuses else ""
    by_severity = ", ".join(f"{count:,} {severity}" for severity, count in sorted(facts.severities.items()))
    return f"Findings: {by_severity}; by rule: {_listed(facts.findings)}."


def _figures(facts: NightFacts) -> str:
    latest = [change for change in facts.changes if change.period == facts.changes[0].period][:_NAMED]
    told = f", {latest[0].period}: {', '.join(map(_change, latest))}" if latest else ": none changed"
    rest = len(facts.changes) - len(latest) + facts.changes_elsewhere
    others = f"; {rest:,} others changed" if rest else ""
    new = f"; {facts.new_figures:,} figures are new" if facts.new_figures else ""
    return f"Figures of the programme{told}{others}{new}."


def _doubled(facts: NightFacts) -> str:
    told = [f"{_change(one)} ({one.period})" for one in facts.doubled]
    more = f" and {len(told) - _NAMED:,} more" if len(told) > _NAMED else ""
    return f"MORE THAN DOUBLED, please look: {', '.join(told[:_NAMED])}{more}." if told else ""


def _warnings(facts: NightFacts) -> str:
    if not facts.warnings:
        return "Warnings: none."
    said = [f"{subject}: {text}" if subject else text for _, subject, text in facts.warnings]
    short = [_one_line(text) for text in said[:_WARNINGS]]
    more = f" | and {len(said) - _WARNINGS:,} more" if len(said) > _WARNINGS else ""
    return f"Warnings: {len(said):,}. {' | '.join(short)}{more}"


def _one_line(text: str, length: int = _WARNING_LENGTH) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def _mail(facts: NightFacts, settings: Settings) -> str:
    if not facts.mail_waiting and not facts.mail_refused:
        return ""
    refused = f", {facts.mail_refused:,} were refused for good" if facts.mail_refused else ""
    return f"Mail: {facts.mail_waiting:,} messages wait in `{settings.outbox}`{refused}."


def _more(facts: NightFacts, settings: Settings) -> str:
    tables = ["ops.night_report"]
    tables += ["ops.night_warning"] if facts.warnings else []
    tables += ["marts.figure_change"] if facts.changes or facts.changes_elsewhere or facts.new_figures else []
    index = settings.reports / "index.html"
    places = [f"answers `{settings.feedback}`", f"pages `{index if index.exists() else settings.reports}`"]
    if facts.status != "succeeded":
        places = [f"logs `{settings.logs}`"]
    return f"More: {', '.join(places)}, {', '.join(tables)} where night_id = '{facts.night_id}'."


def _failure(facts: NightFacts) -> list[str]:
    reason = [line.rstrip() for line in facts.reason.splitlines() if line.strip()] or ["no reason was given"]
    left = len(reason) - _REASON_LINES
    lines = [f"The night {facts.night_id} (load date {facts.as_of}) {facts.status}: {_one_line(reason[0], 400)}"]
    lines += [_one_line(line, 400) for line in reason[1:_REASON_LINES]]
    if left > 0:
        lines[-1] += f" (and {left:,} more lines in ops.night.reason)"
    if facts.readers_see_it:
        stays = "readers have tonight's figures already"
    elif facts.last_good:
        stays = f"readers keep the figures of {facts.last_good}"
    else:
        stays = "there are no figures yet"
    lines.append(f"{_STAYS}what was taken is in archive and ledger; {stays}.")
    lines.append("What to do: mend what the reason names, then make nightly: it goes on where this one stood.")
    return lines


def _listed(counts: Mapping[str, int]) -> str:
    named = [name if count == 1 else f"{name} {count:,}" for name, count in list(counts.items())[:_NAMED]]
    more = f", {len(counts) - _NAMED:,} more" if len(counts) > _NAMED else ""
    return ", ".join(named) + more


def _change(change: FigureChange) -> str:
    return f"{change.kpi} {figure_text(change.old)} → {'none' if change.new is None else figure_text(change.new)}"


# --- to the operator ----------------------------------------------------------------------------------


def _recipients(settings: Settings, facts: NightFacts) -> list[str]:
    """Who gets the report: ``OPERATOR_EMAIL`` of a night that needs somebody, of any with REPORT_ON_GOOD_DAYS=yes."""
    to = addresses(settings.operator_email)
    return to if facts.needs_attention or settings.report_on_good_days else []


def _write_mail(settings: Settings, facts: NightFacts, text: str, to: list[str]) -> None:
    """Put the report into the outbox, once for each way the night ended."""
    name = re.sub(r"[^\w.-]", "_", f"report_{facts.night_id}_{facts.status}")
    if has_gone(settings, f"{name}.eml") or (settings.outbox / f"{name}.eml").exists():
        return
    message = begin(to, f"AL-INVEST Verde warehouse: {_subject(facts)}", name)
    message.set_content(text + "\n")
    put(settings, f"{name}.eml", message.as_bytes())


def _subject(facts: NightFacts) -> str:
    if facts.status != "succeeded":
        return f"the night of {facts.as_of} {facts.status}"
    if facts.doubled:
        return f"the night of {facts.as_of} ran, and figures more than doubled"
    warned = f" with {len(facts.warnings)} warnings" if facts.warnings else ""
    return f"the night of {facts.as_of} ran{warned}"
