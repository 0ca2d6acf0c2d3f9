"""Who is written to about a project: the contact that the project has confirmed, and nobody a cover names on its own.

What stands on the cover of a delivery is not proof of who sent it. The first address a project ever names is its
contact. Another one is told that it was named, and so is the contact; it becomes the contact when a delivery taken on
a later day names it again and is accepted, or when the office confirms it. All of it follows from the covers and
from ``ops.contact``, so it is the same after a rebuild.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa

from include.platform.errors import UsageError
from include.platform.settings import Settings
from include.platform.statements import beside
from include.platform.tables import contact as contact_table
from include.stage7_outputs.mail.addresses import addresses
from include.stage7_outputs.reader import Reader

_SQL = beside(__file__)

_ACCEPTED = ("accepted", "accepted_with_findings")


@dataclass(frozen=True)
class Naming:
    """What one delivery says of the contact."""

    submission_id: str
    number: int
    received_on: date
    is_accepted: bool
    named: tuple[str, ...]
    reader: Reader


@dataclass(frozen=True)
class Notice:
    """A delivery named addresses that are not the contact's yet: each of them and the contact get word, once."""

    project_code: str
    reader: Reader
    named: tuple[str, ...]
    contact: tuple[str, ...]


@dataclass
class Contact:
    """The contact of a project as its deliveries make it, one after the other."""

    confirmed: tuple[str, ...] = ()
    #: addresses that wait to be named again -> the day they were named first, and by which delivery
    waiting: dict[str, tuple[date, str]] = field(default_factory=dict)

    def follow(self, naming: Naming) -> None:
        """Take account of the next delivery."""
        if not naming.named:
            return
        if not self.confirmed:
            self.confirmed = naming.named
            return
        known = _folded(self.confirmed)
        agreed = [one for one in naming.named if one.casefold() in known]
        for one in naming.named:
            if one.casefold() in known:
                continue
            first, _ = self.waiting.setdefault(one.casefold(), (naming.received_on, naming.submission_id))
            if naming.is_accepted and naming.received_on > first:
                agreed.append(one)
                del self.waiting[one.casefold()]
        if len(agreed) > len(_folded(agreed) & known):
            self.confirmed = tuple(agreed)

    def confirm(self, address: str) -> None:
        """The office says who it is."""
        self.confirmed, self.waiting = (address,), {}

    def recipients(self, named: Sequence[str]) -> tuple[str, ...]:
        """Who gets the answer to a delivery that named these: the confirmed among them, or else the contact."""
        known = _folded(self.confirmed)
        return tuple(one for one in named if one.casefold() in known) or self.confirmed


def contact_of(namings: Iterable[Naming], office: tuple[str, int] | None = None) -> Contact:
    """The contact after all of a project's deliveries; the office confirmed one after the delivery of that number."""
    contact = Contact()
    for naming in namings:
        if office and naming.number > office[1]:
            contact.confirm(office[0])
            office = None
        contact.follow(naming)
    if office:
        contact.confirm(office[0])
    return contact


def decide(
    connection: sa.Connection, projects: Sequence[str], answered: Iterable[str]
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]], list[Notice]]:
    """Recipients by delivery, contacts by project, and the notices that the answered deliveries give cause for.

    A delivery whose cover could not be read has no recipients of its own: its project's contact is written to.
    """
    rows = connection.execute(_SQL("namings"), {"projects": list(projects)}).all()
    office = {row.project_code: (row.email, row.after_delivery) for row in connection.execute(sa.select(contact_table))}
    by_project: dict[str, list[Naming]] = {project: [] for project in projects}
    for row in rows:
        reader = Reader.of(row.language, row.country, None)
        is_accepted = row.status in _ACCEPTED
        named = tuple(addresses(row.contact_email))
        by_project[row.project_code].append(
            Naming(row.submission_id, row.number, row.received_on, is_accepted, named, reader)
        )
    recipients, contacts, notices, asked = {}, {}, [], set(answered)
    for project, namings in by_project.items():
        contact = contact_of(namings, office.get(project))
        contacts[project] = contact.confirmed
        for naming in namings:
            recipients[naming.submission_id] = contact.recipients(naming.named)
            new = tuple(
                one
                for one in naming.named
                if naming.submission_id in asked
                and contact.waiting.get(one.casefold(), (None, None))[1] == naming.submission_id
            )
            if new:
                notices.append(Notice(project, naming.reader, new, contact.confirmed))
    return recipients, contacts, notices


def confirm_contact(settings: Settings, project: str, email: str) -> None:
    """The office says that ``email`` is the contact of ``project`` from now on.

    Raises UsageError where it is no address, or nobody knows the project.
    """
    from include.platform import database

    if addresses(email) != [email]:
        raise UsageError(f"EMAIL has to be one address such as ana@example.org, not {email!r}.")
    with database.transaction(settings, "loader") as connection:
        done = connection.execute(_SQL("confirm"), {"project": project, "email": email})
    if not done.rowcount:
        raise UsageError(f"PROJECT={project} is not in the registry of the last night.")


def _folded(found: Iterable[str]) -> set[str]:
    return {one.casefold() for one in found}
