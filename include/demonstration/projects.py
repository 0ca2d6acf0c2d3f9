"""The programme's projects and institutions, as the office's registry has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from random import Random

from include.contract.model import read_csv
from include.demonstration import words
from include.demonstration.parameters import Parameters

_DATA = Path(__file__).parent / "data"
_STARTS = (date(2022, 3, 1), date(2022, 7, 1), date(2022, 10, 1))
_ENDS = (date(2025, 12, 31), date(2026, 6, 30), date(2026, 12, 31))


@dataclass(frozen=True)
class Institution:
    institution: str
    name: str
    country: str
    region: str
    kind: str


@dataclass(frozen=True)
class Project:
    """A project and how tidily its partner fills in workbooks (``careful``, ``ordinary`` or ``hasty``)."""

    code: str
    title: str
    country: str
    language: str
    pillar: str
    value_chains: tuple[str, ...]
    lead: str
    start_date: date
    end_date: date
    grant_eur: int
    call: int
    tidiness: str


@lru_cache(maxsize=4)
def projects(size: str, chosen: tuple[str, ...], seed: str) -> tuple[Project, ...]:
    """The projects ``chosen`` (all where empty), in the order of their codes' list."""
    rows = [row for row in read_csv(_DATA / "projects.csv") if not chosen or row["project_code"] in chosen]
    made = []
    for number, row in enumerate(rows, start=1):
        random = Random(f"{seed}|project|{row['project_code']}")
        call = random.randint(1, 3)
        made.append(
            Project(
                code=row["project_code"],
                title=row["title"],
                country=row["country"],
                language=row["language"],
                pillar=row["pillar"],
                value_chains=tuple(row["value_chains"].split(";")),
                lead=f"I{number:03}",
                start_date=_STARTS[call - 1],
                end_date=_ENDS[call - 1],
                grant_eur=1000 * (random.randint(340, 490) if row["country"] == "PE" else random.randint(180, 460)),
                call=call,
                tidiness=random.choices(("careful", "ordinary", "hasty"), (3, 5, 2))[0],
            )
        )
    return tuple(made)


def of(parameters: Parameters) -> tuple[Project, ...]:
    """The projects of a programme."""
    return projects(parameters.name, parameters.projects, parameters.seed)


def institutions(parameters: Parameters) -> list[Institution]:
    """Every project's lead, then local partners, then the European institutions."""
    chosen = of(parameters)
    rows = {row["project_code"]: row for row in read_csv(_DATA / "projects.csv")}
    random = Random(f"{parameters.seed}|institutions")
    named = [(rows[p.code]["lead_name"], p.country, "LAC", rows[p.code]["lead_kind"]) for p in chosen]
    taken = {name for name, *_ in named}
    while len(named) < len(chosen) + parameters.local_partners:
        country = chosen[len(named) % len(chosen)].country
        kind = random.choice(("association", "chamber", "ngo", "university"))
        name = words.partner_name(random, country, kind)
        if name not in taken:
            taken.add(name)
            named.append((name, country, "LAC", kind))
    european = read_csv(_DATA / "european_partners.csv")[: max(6, len(chosen))]
    named += [(row["name"], row["country"], "EU", row["kind"]) for row in european]
    return [Institution(f"I{number:03}", *entry) for number, entry in enumerate(named, start=1)]


def consortia(parameters: Parameters) -> list[tuple[str, str, str]]:
    """(project, institution, role): the lead, local and European partners. Every institution is in one at least."""
    chosen = of(parameters)
    random = Random(f"{parameters.seed}|consortia")
    links = {(project.code, project.lead): "lead" for project in chosen}
    listed = institutions(parameters)[len(chosen) :]
    for number, institution in enumerate(listed):
        at_home = [p for p in chosen if p.country == institution.country] or list(chosen)
        project = at_home[number % len(at_home)]
        if institution.region == "EU":
            project = chosen[number * 7 % len(chosen)]
        links.setdefault((project.code, institution.institution), random.choice(("partner", "partner", "associate")))
    for project in chosen:  # a European partner in every project
        partner = random.choice([entry for entry in listed if entry.region == "EU"])
        links.setdefault((project.code, partner.institution), "partner")
    return [(project, institution, role) for (project, institution), role in sorted(links.items())]
