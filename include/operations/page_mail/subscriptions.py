"""Who gets which page by e-mail: ``page_subscriptions.csv`` in the office's folder, CSV or a workbook of one sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from include.contract.locales import LANGUAGES
from include.dashboards import logins
from include.dashboards.pages import load_pages
from include.platform.errors import UsageError
from include.stage1_registry.grid import FormError, Record, column_key, read_grid
from include.stage7_outputs.mail.addresses import addresses

NAME = "page_subscriptions"
COLUMNS = ("page", "language", "country", "email", "format")
#: What stands as country of those who read all of it.
PROGRAMME = "programme"
FORMATS = ("pdf", "png")


@dataclass(frozen=True, order=True)
class Wanted:
    """A page as somebody wants it; drawn once for all who want the same."""

    page: str
    language: str
    country: str
    format: str

    def __str__(self) -> str:
        return f"{self.page}-{self.language}_{self.country}.{self.format}"


@dataclass(frozen=True)
class Subscription:
    """One address that gets a page; ``row`` as the office sees it."""

    wanted: Wanted
    email: str
    row: int


def read(registry: Path) -> list[Subscription]:
    """The subscriptions of the office's folder, each once; none where there is no list.

    Raises UsageError with a sentence for each fault. None repeats an address: what a command says may be kept.
    """
    names = sorted(path.name for path in registry.glob("*") if path.name.casefold() in (f"{NAME}.csv", f"{NAME}.xlsx"))
    if not names:
        return []
    if len(names) > 1:
        raise UsageError(f"{registry}: there are {' and '.join(names)}; keep the one that holds.")
    (name,) = names
    try:
        records = read_grid(name, (registry / name).read_bytes(), COLUMNS)
    except OSError as error:
        raise UsageError(f"{name}: the file cannot be read ({error.strerror}); let this user read it.") from None
    except FormError as error:
        where = f", row {error.row}" if error.row else ""
        raise UsageError(f"{name}{where}: {error}.") from None
    return _subscriptions(name, records)


def reads_as(subscriptions: list[Subscription], offices: dict[str, str]) -> dict[str, str]:
    """Country -> the login its pages are drawn as; ``offices`` are the countries that have one.

    Raises UsageError for a country that has none.
    """
    known = {PROGRAMME: logins.PROGRAMME, **offices}
    faults = [
        f"{NAME}, row {one.row}, country: no login reads {one.wanted.country!r}; make grant-country "
        f"COUNTRY={one.wanted.country} makes one, or enter one of {', '.join(known)}."
        for one in subscriptions
        if one.wanted.country not in known
    ]
    if faults:
        raise UsageError("\n".join(faults))
    return {one.wanted.country: known[one.wanted.country] for one in subscriptions}


def _subscriptions(name: str, records: list[Record]) -> list[Subscription]:
    header = [column_key(label) for label in records[0][1]] if records else []
    while header and not header[-1]:
        header.pop()
    if sorted(header) != sorted(COLUMNS):
        raise UsageError(f"{name}, row 1: the columns have to be {', '.join(COLUMNS)}; write them so.")
    found, faults = dict[tuple[Wanted, str], Subscription](), list[str]()
    for number, cells in records[1:]:
        texts = ["" if cell is None else str(cell).strip() for cell in cells]
        if any(texts[len(header) :]):
            faults.append(f"{name}, row {number}: there are more values than columns; put quotes around commas.")
            continue
        row = dict.fromkeys(COLUMNS, "") | dict(zip(header, texts, strict=False))
        wrong = list(_faults(row))
        faults += [f"{name}, row {number}, {said}" for said in wrong]
        if not wrong:
            country = row["country"] if row["country"] == PROGRAMME else row["country"].upper()
            wanted = Wanted(row["page"], row["language"], country, row["format"])
            found.setdefault((wanted, row["email"].casefold()), Subscription(wanted, row["email"], number))
    if faults:
        raise UsageError("\n".join(faults))
    return list(found.values())


def _faults(row: dict[str, str]) -> Iterator[str]:
    """What is wrong with a row, and what may stand there."""
    choices = {"page": tuple(load_pages()), "language": LANGUAGES, "format": FORMATS}
    for column, known in choices.items():
        if row[column] not in known:
            yield f"{column}: there is no {row[column]!r}; enter one of {', '.join(known)}."
    country = row["country"]
    if country != PROGRAMME and not (len(country) == 2 and country.isascii() and country.isalpha()):
        # Never guessed: an empty cell must not show a country's reader the whole programme.
        yield f"country: {country!r} is neither a country's two letters, such as PE, nor {PROGRAMME}; enter one."
    if addresses(row["email"]) != [row["email"]]:
        yield "email: that is not one e-mail address; enter one, such as ana@example.org."
