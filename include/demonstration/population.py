"""The enterprises of every project, drawn so that each country's quotas are met exactly.

An indicator's quota is given to so many enterprises of the country; all others get at most facts that do not count
for it. An enterprise that a second project reports keeps its tax id there and, where jobs are summed, the worse
evidence, so that the first project's report speaks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from random import Random

from include.contract.model import seed
from include.demonstration import facts, tax_ids, words
from include.demonstration.dossier import Attendance, Enterprise, Session
from include.demonstration.parameters import Parameters, Quotas
from include.demonstration.projects import Project
from include.demonstration.projects import of as projects_of
from include.demonstration.semesters import bounds, day_within

#: share of enterprises by indicator where no quota is given (jobs: people per enterprise)
_RATES = {"practices": 0.3, "standards": 0.19, "green_jobs": 0.4, "volume_increased": 0.15, "volume_steady": 0.1}
_JOINING = (14, 18, 18, 20, 18, 12)
_ISIC = {
    "coffee": ("0127", "1079", "4630"),
    "cacao": ("0127", "1073", "4630"),
    "aguaje": ("0230", "1030", "0122"),
    "other_crops": ("0113", "0122", "0128"),
    "livestock": ("0141", "0144", "1050"),
    "apparel": ("1410", "1430", "4771"),
    "sustainable_fashion": ("1410", "1392", "1512"),
    "commerce": ("4711", "4719", "4773"),
    "plastics": ("2220", "3830", "2013"),
    "food_processing": ("1030", "1061", "1079"),
    "tourism": ("5510", "7911", "5610"),
    "other": ("1629", "1811", "3811"),
}
#: Departments (the first digits of a district's code) where projects of Peru work, as the mission says: the chamber and
#: the clothing of Gamarra in Lima, aguaje and fine cacao in Loreto.
_AT_HOME_IN = {"PE-09": "15", "PE-04": "15", "PE-03": "16", "PE-02": "16"}
_REF_STYLES = ("E{n:04}", "{code}-{n:04}", "MYPE{n:05}", "{thousand}")
_TOPICS = {
    "agriculture": ("productivity", "standards", "digitalisation", "finance", "other"),
    "circular": ("circular_economy", "productivity", "digitalisation", "standards", "finance"),
}


@dataclass(slots=True)
class Books:
    """What a project knows: its enterprises in the order they joined, and for each period the trainings it held."""

    enterprises: list[Enterprise]
    sessions: list[list[Session]]


Population = dict[str, Books]


@lru_cache(maxsize=2)
def population(parameters: Parameters) -> Population:
    """Project code -> its books."""
    made: Population = {}
    by_country: dict[str, list[Project]] = {}
    for project in projects_of(parameters):
        by_country.setdefault(project.country, []).append(project)
    for country, projects in by_country.items():
        made |= _country(parameters, country, projects)
    return made


def _sessions(parameters: Parameters, project: Project, attending: int) -> list[list[Session]]:
    """For each period the trainings a project with so many enterprises held in it."""
    random = Random(f"{parameters.seed}|sessions|{project.code}")
    held = []
    for period in parameters.periods:
        first, last = bounds(period)
        count = 3 + attending // 60
        of_period = []
        for number in range(1, count + 1):
            topic = random.choice(_TOPICS[project.pillar])
            start = day_within(random, first, last - timedelta(days=12))
            name = random.choice(words.of(f"training.{topic}", project.language))
            hours = random.choice((4, 6, 8, 16, 24, 24.5, 40))
            end = start + timedelta(days=random.randint(0, 10))
            of_period.append(Session(topic, f"{name} {number}", start, end, hours))
        held.append(of_period)
    return held


def _country(parameters: Parameters, country: str, projects: Sequence[Project]) -> Population:
    random = Random(f"{parameters.seed}|population|{country}")
    quotas = parameters.quotas.get(country)
    if quotas is None:
        homes = [p for p in projects for _ in range(random.randint(*parameters.enterprises))]
        shares = {kpi: int(len(homes) * rate) for kpi, rate in _RATES.items()}
        quotas = Quotas(enterprises=len(homes), untrained=len(homes) // 60, **shares)
    else:
        # the chamber works with twice as many as the others
        weights = [2.0 if p.code.endswith("-09") else random.uniform(0.8, 1.2) for p in projects]
        homes = random.choices(projects, weights, k=quotas.enterprises)

    # How many sessions a project holds follows from its size, so sizes come before enterprises.
    held = {p.code: _sessions(parameters, p, sum(home is p for home in homes)) for p in projects}
    territories = _territories(random, country, projects)
    everybody = [_enterprise(random, parameters, project, territories[project.code]) for project in homes]
    _give_facts(random, parameters, quotas, homes, everybody)
    for enterprise, project in zip(everybody[quotas.untrained :], homes[quotas.untrained :], strict=True):
        _train(random, enterprise, held[project.code])

    members: dict[str, list[Enterprise]] = {project.code: [] for project in projects}
    for enterprise, project in zip(everybody, homes, strict=True):
        members[project.code].append(enterprise)
    if len(projects) > 1:
        shared = [number for number in range(quotas.untrained, len(homes)) if everybody[number].tax_id]
        for number in random.sample(shared, int(parameters.overlap * len(homes))):
            other = random.choice([p for p in projects if p is not homes[number]])
            members[other.code].append(_also_reported(random, parameters, everybody[number], other, held[other.code]))
    for position, project in enumerate(projects):
        style = _REF_STYLES[(position + len(country) + ord(country[0])) % len(_REF_STYLES)]
        members[project.code].sort(key=lambda enterprise: (enterprise.joined, enterprise.joined_on, enterprise.name))
        for number, enterprise in enumerate(members[project.code], start=1):
            enterprise.ref = style.format(n=number, code=project.code.replace("-", ""), thousand=10_000 + number)
    return {code: Books(enterprises, held[code]) for code, enterprises in members.items()}


def _territories(random: Random, country: str, projects: Iterable[Project]) -> dict[str, list[tuple[str, str]]]:
    """For each project the (code, name) of where it works: one or two departments of Peru, else three subdivisions."""
    rows = [row for row in seed("territories") if row["country"] == country]
    chosen = {}
    for project in projects:
        if country == "PE":
            regions = random.sample(sorted({row["territory_code"][:2] for row in rows}), 2)
            places = [row for row in rows if row["territory_code"][:2] in regions]
            if home := _AT_HOME_IN.get(project.code):
                # As many places as drawn, so that everything else is drawn as it would be.
                of_home = [row for row in rows if row["territory_code"][:2] == home]
                places = [of_home[number % len(of_home)] for number in range(len(places))]
        else:
            places = random.sample(rows, 3)
        chosen[project.code] = [(row["territory_code"], row["name"]) for row in places]
    return chosen


def _enterprise(
    random: Random, parameters: Parameters, project: Project, territories: list[tuple[str, str]]
) -> Enterprise:
    joined = random.choices(range(len(parameters.periods)), _JOINING[: len(parameters.periods)])[0]
    first, last = bounds(parameters.periods[joined])
    chain = random.choices(project.value_chains, range(len(project.value_chains), 0, -1))[0]
    code, name = random.choice(territories)
    return Enterprise(
        ref="",
        tax_id=tax_ids.draw(random, project.country) if random.random() < 0.97 else None,
        name=words.enterprise_name(random, project.country, chain),
        country=project.country,
        territory_code=code,
        territory_name=name,
        isic_class=random.choice(_ISIC[chain]),
        value_chain=chain,
        size_class=random.choices(("micro", "small", "medium"), (7, 2, 1))[0],
        owner_sex=random.choices(("F", "M", "mixed", None), (42, 43, 9, 6))[0],
        owner_age_group=random.choices(("15-24", "25-29", "30+", None), (6, 16, 68, 10))[0],
        joined_on=day_within(random, project.start_date if joined == 0 else first, last),
        joined=joined,
    )


def _give_facts(
    random: Random, parameters: Parameters, quotas: Quotas, homes: Sequence[Project], everybody: list[Enterprise]
) -> None:
    """Fills dossiers until the quotas are met; the first ``untrained`` enterprises get nothing."""
    starts = [bounds(parameters.periods[enterprise.joined])[0] for enterprise in everybody]
    last = bounds(parameters.periods[-1])[1]
    eligible = range(quotas.untrained, len(everybody))

    chosen = set(random.sample(eligible, quotas.practices))
    for number in eligible:
        if number in chosen or random.random() < 0.1:
            everybody[number].practices = facts.practices(
                random, homes[number].pillar, starts[number], last, in_use=number in chosen
            )
    protected = set(chosen)

    people = 0
    for number in random.sample(eligible, len(eligible)):
        if people == quotas.green_jobs:
            break
        share = min(random.choices((1, 2, 3, 4, 6, 9, 14), (20, 24, 20, 14, 12, 7, 3))[0], quotas.green_jobs - people)
        everybody[number].jobs = facts.jobs(random, share)
        people += share
        protected.add(number)
    for number in random.sample(eligible, len(eligible) // 25):
        everybody[number].jobs.append(facts.digital_job(random))

    chosen = set(random.sample(eligible, quotas.standards))
    protected |= chosen | _give_standards(random, parameters, chosen, eligible, homes, everybody)

    selling = random.sample(eligible, quotas.volume_increased + quotas.volume_steady)
    chosen = set(selling[: quotas.volume_increased])
    for number in selling:
        enterprise = everybody[number]
        enterprise.sales = facts.sales(
            random,
            enterprise.country,
            enterprise.size_class,
            harvest_year=homes[number].pillar == "agriculture" and random.random() < 0.5,
            increased=number in chosen,
            flaw=None,
        )
    protected |= chosen
    for number in random.sample([n for n in eligible if n not in protected], len(eligible) // 40):
        enterprise = everybody[number]
        flaw = random.choice(("S01", "S02", "S03", "S06", "S07", "S08"))
        enterprise.sales = facts.sales(
            random, enterprise.country, enterprise.size_class, harvest_year=False, increased=False, flaw=flaw
        )
    for number in protected:
        everybody[number].protected = True


def _give_standards(
    random: Random,
    parameters: Parameters,
    chosen: set[int],
    eligible: range,
    homes: Sequence[Project],
    everybody: list[Enterprise],
) -> set[int]:
    """Standards of the ``chosen``, a third of the farms under group certificates. Returns the groups' holders."""
    last = bounds(parameters.periods[-1])[1]
    groups: dict[str, list[int]] = {}
    for number in sorted(chosen):
        enterprise = everybody[number]
        first = bounds(parameters.periods[enterprise.joined])[0]
        if enterprise.value_chain in ("coffee", "cacao") and random.random() < 0.5:
            groups.setdefault(homes[number].code, []).append(number)
        else:
            enterprise.standards = [facts.standard(random, enterprise.value_chain, first, last)]
    idle = [number for number in eligible if number not in chosen]
    for number in random.sample(idle, min(len(idle), len(eligible) // 18)):
        enterprise = everybody[number]
        first = bounds(parameters.periods[enterprise.joined])[0]
        enterprise.standards = [facts.idle_standard(random, enterprise.value_chain, first, last)]

    holders = set()
    for code, numbers in groups.items():
        outside = [number for number in idle if homes[number].code == code and not everybody[number].standards]
        for start in range(0, len(numbers), 25):
            members = numbers[start : start + 25]
            first = bounds(parameters.periods[0])[0]
            certificate = facts.standard(random, "coffee", first, last, choices=facts.GROUP_STANDARDS)
            certificate.status = "certified"
            certificate.certificate_no = f"G-{code.replace('-', '')}-{start // 25 + 1:02}"
            certificate.scope = "grupo"
            for number in members:
                everybody[number].standards = [replace(certificate, group_role="member", grade=facts.grade(random))]
            if outside:  # the group's own cooperative, which does not count beside its members
                holder = outside.pop(0)
                everybody[holder].standards = [replace(certificate, group_role="holder")]
                holders.add(holder)
    return holders


def _train(random: Random, enterprise: Enterprise, held: list[list[Session]]) -> None:
    """The period of joining always brings a training, each later one sometimes."""
    for period in range(enterprise.joined, len(held)):
        if period != enterprise.joined and random.random() > 0.5:
            continue
        count = 2 if random.random() < 0.2 else 1
        for session in random.sample(range(len(held[period])), count):
            women = random.choices((0, 1, 2, 4), (3, 5, 3, 1))[0]
            men = random.choices((0, 1, 2, 3), (4, 5, 2, 1))[0]
            enterprise.attendances.append(
                Attendance(period, session, women or int(men == 0), men, facts.grade(random))  # somebody took part
            )


def _also_reported(
    random: Random, parameters: Parameters, enterprise: Enterprise, project: Project, held: list[list[Session]]
) -> Enterprise:
    """The same enterprise in the books of a second project, which knows less of it."""
    enterprise.protected = True
    joined = random.choices(range(len(held)), _JOINING[: len(held)])[0]
    first, last = bounds(parameters.periods[joined])
    copy = replace(
        enterprise,
        name=enterprise.name.upper() if random.random() < 0.3 else enterprise.name,
        value_chain=random.choice(project.value_chains),
        joined_on=day_within(random, project.start_date if joined == 0 else first, last),
        joined=joined,
        attendances=[],
        practices=list(enterprise.practices) if random.random() < 0.5 else [],
        standards=[],
        jobs=[replace(cell, grade="C") for cell in enterprise.jobs] if random.random() < 0.6 else [],
        sales=enterprise.sales if random.random() < 0.5 else None,
    )
    if random.random() < 0.5:
        copy.standards = [entry for entry in enterprise.standards if entry.group_role != "holder"]
    _train(random, copy, held)
    return copy
