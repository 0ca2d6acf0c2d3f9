"""Valid rows, enterprise identities and reports (``kpis.md``: Terms)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.oracle.model import Row, Version, period_end, period_index
from tests.oracle.registry import Registry
from tests.oracle.sheet_rules import enterprise_rows, reference
from tests.oracle.values import compact_tax_id, tax_id_valid

Identity = tuple[str, ...]


@dataclass
class Report:
    """What one project says of one enterprise, from period ``q``, judged at ``ends``."""

    project: str
    pillar: str
    identity: Identity
    q: str
    ends: dt.date
    stale: bool
    country: str | None
    value_chain: str | None
    territory_code: str | None = None
    size_class: str | None = None
    owner_sex: str | None = None
    details: dict[str, list[Row]] = field(default_factory=dict)
    training: list[Row] = field(default_factory=list)
    foreign_members: set[str] = field(default_factory=set)


def counts(row: Row) -> bool:
    """No unwaived error on the row itself, no R01 and no R05 (waived or not), no unwaived J05."""
    return not row.faulty() and not row.repeated and not row.total and not row.has("J05")


def valid_enterprises(version: Version) -> list[Row]:
    """The valid enterprises rows of a version, in the order of the sheet."""
    return [row for row in version.rows("enterprises") if counts(row) and reference(row) is not None]


def valid_details(version: Version, sheet: str) -> list[Row]:
    """Detail rows without an unwaived error on themselves or on their enterprise's row."""
    owners = enterprise_rows(version.sheets.get("enterprises"))
    rows = []
    for row in version.rows(sheet):
        owner = owners.get(reference(row) or "")
        if counts(row) and owner is not None and counts(owner):
            rows.append(row)
    return rows


class Identities:
    """The enterprise identity of each of a project's references as of a period."""

    def __init__(self, project: str, versions: list[Version]) -> None:
        """``versions`` are the project's current ones up to the period."""
        self.project = project
        self.found: dict[str, Identity] = {}
        for version in sorted(versions, key=lambda v: period_index(v.period or ""), reverse=True):
            for row in valid_enterprises(version):
                country, tax_id = row.read("country"), row.read("tax_id")
                if country and tax_id:
                    compact = compact_tax_id(str(tax_id))
                    confirmed = any(f.rule == "E03" and f.waived for f in row.findings)
                    if confirmed or tax_id_valid(str(country), compact):
                        self.found.setdefault(reference(row) or "", (str(country), compact))

    def of(self, ref: str) -> Identity:
        """Country and compact tax id, else the project and the reference."""
        return self.found.get(ref, ("", self.project, ref))


def reports_of(
    project: str, versions: list[Version], period: str, registry: Registry, kept: Callable[[Row], bool] = lambda row: True
) -> list[Report]:
    """The project's reports as of a period; ``versions`` are its current ones up to then.

    With ``kept`` as they would be if other rows were not there; who is who follows from all of them.
    """
    facts = registry.project(project)
    assert facts is not None
    identities = Identities(project, versions)
    reports: dict[Identity, Report] = {}
    for version in sorted(versions, key=lambda v: period_index(v.period or ""), reverse=True):
        q = version.period or ""
        by_identity: dict[Identity, list[Row]] = {}
        for row in filter(kept, valid_enterprises(version)):
            by_identity.setdefault(identities.of(reference(row) or ""), []).append(row)
        for identity, rows in by_identity.items():
            if identity in reports:
                continue
            first = min(rows, key=lambda r: r.number)
            reports[identity] = Report(
                facts.code,
                facts.pillar,
                identity,
                q,
                registry.calendar.get(period, period_end(period)),
                period_index(period) - period_index(q) > 2,
                first.read("country"),
                first.read("value_chain"),
                first.read("territory_code"),
                first.read("size_class"),
                first.read("owner_sex"),
                details=_details(version, identity, identities, kept),
                foreign_members=_members(version, identity, identities, kept),
            )
        for row in filter(kept, valid_details(version, "training")):
            report = reports.get(identities.of(reference(row) or ""))
            if report is not None:
                report.training.append(row)
    return list(reports.values())


def _details(
    version: Version, identity: Identity, identities: Identities, kept: Callable[[Row], bool]
) -> dict[str, list[Row]]:
    return {
        sheet: [r for r in valid_details(version, sheet) if identities.of(reference(r) or "") == identity and kept(r)]
        for sheet in ("practices", "jobs", "standards", "sales")
    }


def _members(
    version: Version, identity: Identity, identities: Identities, kept: Callable[[Row], bool]
) -> set[str]:
    """Certificate numbers under which another enterprise of the version is a group member."""
    return {
        str(row.read("certificate_no")).casefold()
        for row in filter(kept, valid_details(version, "standards"))
        if row.read("group_role") == "member"
        and row.read("certificate_no")
        and identities.of(reference(row) or "") != identity
    }
