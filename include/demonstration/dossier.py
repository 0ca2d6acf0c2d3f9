"""What is true of an enterprise, before anybody writes it into a workbook."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(slots=True)
class Session:
    """A training a project held in one period."""

    topic: str
    activity: str
    start: date
    end: date
    hours: float


@dataclass(slots=True)
class Attendance:
    """An enterprise at a project's session; ``period`` and ``session`` are positions."""

    period: int
    session: int
    women: int
    men: int
    grade: str | None


@dataclass(slots=True)
class Practice:
    """A practice; planned until ``since``, or for ever where ``since`` is empty."""

    practice: str
    since: date | None
    discontinued: bool
    resource: str | None
    unit: str | None
    baseline: float | None
    current: float | None
    grade: str | None


@dataclass(slots=True)
class JobCell:
    """People of one kind; ``created`` is reached step by step until the last period."""

    category: str
    sex: str
    age_group: str
    green_basis: str
    decent_work: str | None
    baseline: int
    created: int
    maintained: int
    fte_each: float
    grade: str | None


@dataclass(slots=True)
class Standard:
    """A standard; ``status`` is what it is from ``valid_from`` on."""

    standard: str
    scope: str | None
    status: str
    certificate_no: str | None
    certifier: str | None
    valid_from: date | None
    valid_to: date | None
    group_role: str | None
    grade: str | None


@dataclass(slots=True)
class Sales:
    """Sales of a baseline year (currency units) and their real growth by the last window.

    ``flaw`` is the sales rule that keeps the row from being assessable, or S07.
    """

    harvest_year: bool
    baseline: float
    real_growth: float
    currency: str
    flaw: str | None
    grade: str | None


@dataclass(slots=True)
class Enterprise:
    """An enterprise as one project knows it. ``joined`` is the position of the period it joined in.

    ``protected``: it stands behind a published figure, so nothing in the last period may take it out.
    """

    ref: str
    tax_id: str | None
    name: str
    country: str
    territory_code: str
    territory_name: str
    isic_class: str
    value_chain: str
    size_class: str
    owner_sex: str | None
    owner_age_group: str | None
    joined_on: date
    joined: int
    protected: bool = False
    attendances: list[Attendance] = field(default_factory=list)
    practices: list[Practice] = field(default_factory=list)
    jobs: list[JobCell] = field(default_factory=list)
    standards: list[Standard] = field(default_factory=list)
    sales: Sales | None = None
