"""Which files partners deliver, when, and what is in each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from include.contract.model import CONTRACT_VERSION
from include.demonstration import counting, projects, words
from include.demonstration.confirmed import confirmed, spoil_confirmed
from include.demonstration.dirt import Setting, add_errors, break_dates
from include.demonstration.files import render
from include.demonstration.form import Form, draw_form
from include.demonstration.parameters import Parameters
from include.demonstration.population import population
from include.demonstration.projects import Project
from include.demonstration.semesters import bounds, due_on
from include.demonstration.statement import Statement, statement

#: What becomes of a report on its way: (project, period) -> mishap. A returned or superseded one is followed by a
#: correction; ``missing`` never comes.
_MISHAPS = {
    ("PE-02", "2025-S1"): "broken_dates",
    ("BR-02", "2024-S2"): "no_column",
    ("PE-01", "2024-S1"): "superseded",
    ("EC-02", "2024-S2"): "superseded",
    ("BR-01", "2024-S2"): "copied",
    ("MX-01", "2023-S2"): "copied",
    ("CO-01", "2025-S1"): "late",
    ("CO-01", "2025-S2"): "a_little_late",
    ("CO-01", "2024-S1"): "nothing",
    ("GT-05", "2023-S1"): "nothing",
    ("PE-09", "2025-S1"): "photo",
    ("AR-04", "2024-S1"): "photo",
    ("BR-02", "2025-S2"): "missing",
    ("HN-03", "2025-S2"): "missing",
}
#: a returned file's lost column
_LOST_COLUMN = "jobs.maintained_headcount"
_PHOTO = b"%PDF-1.4\n% a scanned and signed report, which is no workbook\n"
_LOCK = b"\x0eEquipo de seguimiento" + b" " * 34


@dataclass(frozen=True)
class Delivery:
    """A file in a project's folder. ``kind``: ``report`` (the version that stays current), ``broken_dates``,
    ``no_column``, ``superseded``, ``nothing``, ``photo`` or ``lock`` (an editor's own file, to be ignored)."""

    project: Project
    period: int
    kind: str
    file_name: str
    delivered_at: datetime


def deliveries(parameters: Parameters) -> list[Delivery]:
    """Every file of the programme, in the order it was delivered."""
    made: list[Delivery] = []
    for project in projects.of(parameters):
        for period, name in enumerate(parameters.periods):
            made += _of_report(parameters, project, period, name)
    return sorted(made, key=lambda delivery: (delivery.delivered_at, delivery.project.code))


def _of_report(parameters: Parameters, project: Project, period: int, name: str) -> list[Delivery]:
    mishap = _MISHAPS.get((project.code, name)) if parameters.mishaps else None
    if mishap == "missing":
        return []
    random = Random(f"{parameters.seed}|delivery|{project.code}|{name}")
    late = {"late": 47, "a_little_late": 4}.get(mishap or "", -random.randint(0, 20))
    clock = time(random.randint(8, 17), random.randint(0, 59), random.randint(0, 59), tzinfo=UTC)
    first = datetime.combine(due_on(name) + timedelta(days=late), clock)
    later = first + timedelta(days=random.randint(8, 25), minutes=random.randint(1, 50))
    report, correction, copy_of = (
        words.of(f"file.{part}", project.language)[0] for part in ("report", "correction", "copy")
    )
    extension = form_of(parameters, project, period).container
    file_name = f"{report} {name} {project.code}.{extension}"

    if mishap in ("broken_dates", "no_column", "superseded"):
        return [
            Delivery(project, period, mishap, file_name, first),
            Delivery(project, period, "report", f"{correction} {name} {project.code}.{extension}", later),
        ]
    if mishap == "nothing":
        return [Delivery(project, period, "nothing", file_name, first)]
    made = [Delivery(project, period, "report", file_name, first)]
    if mishap == "copied":
        made.append(Delivery(project, period, "report", f"{copy_of} {file_name}", later))
    if mishap == "photo":
        made.append(Delivery(project, period, "photo", f"{report} {name} firmado.pdf", first - timedelta(days=2)))
        made.append(Delivery(project, period, "lock", f"~${file_name}", first))
    return made


def form_of(parameters: Parameters, project: Project, period: int) -> Form:
    """How the project's workbook looks in a period."""
    random = Random(f"{parameters.seed}|form|{project.code}|{parameters.periods[period]}")
    return draw_form(random, project.language, project.tidiness)


def content(parameters: Parameters, delivery: Delivery) -> bytes:
    """The bytes of a delivered file."""
    if delivery.kind == "photo":
        return _PHOTO
    if delivery.kind == "lock":
        return _LOCK
    random = Random(f"{parameters.seed}|file|{delivery.project.code}|{delivery.period}|{delivery.kind}")
    form = form_of(parameters, delivery.project, delivery.period)
    rows = soiled(parameters, delivery.project, delivery.period, delivery.kind)
    cover = _cover(parameters, delivery, form, random)
    lost = _LOST_COLUMN if delivery.kind == "no_column" else None
    return render(cover, rows, form, random, without=lost)


@lru_cache(maxsize=16)
def soiled(parameters: Parameters, project: Project, period: int, kind: str) -> Statement:
    """The rows of a delivery as the partner wrote them, each knowing whether it counts."""
    rows = _clean(parameters, project, period)
    if kind == "nothing":
        return {sheet: [] for sheet in rows}
    if kind == "superseded":  # the last tenth of the enterprises had not been entered yet
        entered = rows["enterprises"][: -max(1, len(rows["enterprises"]) // 10)]
        known = {row.values[0] for row in entered}
        rows = {sheet: [row for row in entries if row.values[0] in known] for sheet, entries in rows.items()}
    begins_on, ends_on = bounds(parameters.periods[period])
    setting = Setting(
        random=Random(f"{parameters.seed}|dirt|{project.code}|{period}|{kind}"),
        country=project.country,
        begins_on=begins_on,
        ends_on=ends_on,
        decimal_mark=form_of(parameters, project, period).decimal_mark,
        is_last=period == len(parameters.periods) - 1,
    )
    if setting.is_last:
        spoil_confirmed(rows, confirmed(parameters).get(project.code, ()))
    if kind == "broken_dates":
        break_dates(rows)
    else:
        add_errors(rows, setting, project.tidiness, parameters.dirt)
    return rows


def _clean(parameters: Parameters, project: Project, period: int) -> Statement:
    return statement(population(parameters)[project.code], parameters.periods, period)


def current_reports(parameters: Parameters, country: str) -> list[tuple[str, int, dict[str, counting.Report]]]:
    """(project, position of the period, reports) of every version that stays current, judged at the last period."""
    ends_on = bounds(parameters.periods[-1])[1]
    current = {
        (delivery.project, delivery.period)
        for delivery in deliveries(parameters)
        if delivery.kind == "report" and delivery.project.country == country
    }
    return [
        (project.code, period, counting.reports(soiled(parameters, project, period, "report"), country, ends_on))
        for project, period in sorted(current, key=lambda entry: (entry[0].code, entry[1]))
    ]


def _cover(parameters: Parameters, delivery: Delivery, form: Form, random: Random) -> dict[str, Any]:
    project, name = delivery.project, parameters.periods[delivery.period]
    year, half = name[:4], name[-1]
    cover: dict[str, Any] = {
        "contract_version": CONTRACT_VERSION,
        "project_code": project.code,
        "period": random.choice((name, name, name, f"{year}S{half}", f"S{half} {year}", f"{year} {'I' * int(half)}")),
        "language": form.language,
        "submitted_by": words.of("cover.team", form.language)[0],
        "contact_email": f"seguimiento.{project.code.lower()}@example.org",
    }
    if form.decimal_mark:
        cover["decimal_mark"] = form.decimal_mark
    if delivery.kind == "nothing":
        return cover | {"nothing_to_report": words.of("cover.yes", form.language)[0]}
    totals = _declared(parameters, project, delivery.period)
    if random.random() < 0.2:  # what the partner believes, a good deal above what the rows say
        kpi = random.choice(list(totals))
        totals[kpi] = int(totals[kpi] * random.uniform(1.15, 1.5)) + 4
    if random.random() < 0.1:
        totals.pop(random.choice(list(totals)))
    return cover | {f"declared_{kpi}": value for kpi, value in totals.items()}


def _declared(parameters: Parameters, project: Project, period: int) -> dict[str, int]:
    """The totals of the partner's own records, before anything was mistyped."""
    ends_on = bounds(parameters.periods[period])[1]
    versions = []
    for earlier in range(period + 1):
        told = counting.reports(_clean(parameters, project, earlier), project.country, ends_on)
        versions.append((project.code, earlier, told))
    return counting.unique_values(versions, period)
