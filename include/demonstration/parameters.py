"""What a demonstration programme is made of, in numbers. Everything else follows from these and the seed."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Quotas:
    """What a correct pipeline has to count for a country at the last period, each enterprise once.

    ``enterprises``, ``practices``, ``standards`` and ``volume_increased`` are numbers of enterprises, ``green_jobs``
    people (created and maintained). All enterprises but ``untrained`` have been trained.
    """

    enterprises: int
    untrained: int
    practices: int
    standards: int
    green_jobs: int
    volume_increased: int
    volume_steady: int


@dataclass(frozen=True)
class Claim:
    """A published figure: ``relation`` is ``exactly``, ``about`` or ``more_than``."""

    scope_type: str
    scope_code: str
    kpi: str
    relation: str
    value: int
    wording: str


@dataclass(frozen=True)
class Parameters:
    """A programme's size. ``projects`` names the projects of ``data/projects.csv`` that take part (empty: all)."""

    name: str
    seed: str = "AL-INVEST Verde"
    projects: tuple[str, ...] = ()
    periods: tuple[str, ...] = ("2023-S1", "2023-S2", "2024-S1", "2024-S2", "2025-S1", "2025-S2")
    #: LAC partners beside the projects' leads and the European institutions
    local_partners: int = 74
    #: enterprises of a project where no quota says otherwise, fewest and most
    enterprises: tuple[int, int] = (28, 72)
    #: share of a country's enterprises that a second project of the country reports too
    overlap: float = 0.05
    #: scheduled mishaps: late, missing, returned, superseding and repeated deliveries
    mishaps: bool = True
    #: share of data rows with something wrong or odd in an ordinary partner's file, by rule about this much
    dirt: float = 0.012
    quotas: dict[str, Quotas] = field(default_factory=dict, hash=False)
    claims: tuple[Claim, ...] = ()


def _claims(
    quotas: Quotas, *, trained: int, volume: int, projects: int, projects_of_peru: int, institutions: int
) -> tuple[Claim, ...]:
    """The claims of the mission page, with the figures of this size."""

    def peru(kpi: str, relation: str, value: int, wording: str) -> Claim:
        return Claim("country", "PE", kpi, relation, value, wording)

    return (
        Claim("programme", "all", "projects", "exactly", projects, f"{projects} projects under way in Component 1"),
        Claim(
            "programme",
            "all",
            "institutions",
            "more_than",
            institutions,
            f"more than {institutions} Latin American and European institutions working together",
        ),
        peru("grant_eur", "more_than", 3_000_000 if projects == 66 else 1_000_000, "granted to projects in Peru, EUR"),
        peru("msmes_trained", "more_than", trained, f"more than {trained:,} MSMEs trained"),
        peru(
            "msmes_practices",
            "about",
            quotas.practices,
            f"about {quotas.practices:,} MSMEs implemented sustainable practices",
        ),
        peru("green_jobs", "about", quotas.green_jobs, f"{quotas.green_jobs:,} green jobs created and/or maintained"),
        peru(
            "msmes_standards",
            "exactly",
            quotas.standards,
            f"{quotas.standards:,} MSMEs implemented sustainability norms and standards",
        ),
        peru(
            "msmes_volume_increased", "more_than", volume, f"more than {volume:,} MSMEs increased their business volume"
        ),
        # The chamber has a project as well: with it there are more.
        peru(
            "projects",
            "more_than",
            projects_of_peru,
            f"{projects_of_peru} projects, besides the Lima Chamber of Commerce as key partner",
        ),
    )


_PERU = Quotas(
    enterprises=7_200,
    untrained=60,
    practices=2_000,
    standards=1_365,
    green_jobs=1_400,
    volume_increased=720,
    volume_steady=430,
)
_PERU_SMALL = Quotas(
    enterprises=75, untrained=2, practices=20, standards=14, green_jobs=40, volume_increased=9, volume_steady=6
)

SIZES = {
    "full": Parameters(
        name="full",
        quotas={"PE": _PERU},
        claims=_claims(_PERU, trained=7_000, volume=700, projects=66, projects_of_peru=8, institutions=170),
    ),
    "small": Parameters(
        name="small",
        projects=("PE-01", "PE-02", "PE-09", "BR-01", "BR-02", "CO-01"),
        periods=("2024-S1", "2024-S2", "2025-S1", "2025-S2"),
        local_partners=4,
        enterprises=(22, 28),
        quotas={"PE": _PERU_SMALL},
        claims=_claims(_PERU_SMALL, trained=60, volume=8, projects=6, projects_of_peru=2, institutions=15),
    ),
    # As large as the programme may become: a report lists 470 enterprises on average, 600,000 rows in all.
    "large": Parameters(name="large", enterprises=(810, 810), mishaps=False),
}
