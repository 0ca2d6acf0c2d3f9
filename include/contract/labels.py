"""``dbt_project/seeds/labels.csv``: every code that a mart shows, with its label in the three languages.

Each label is said once: code lists, standards, sheets, columns, titles of rules and the words of statuses stand in the
contract's data already; what only the marts show stands in ``data/codes.csv``.

``python -m include.contract.labels`` writes it; a test holds it fresh.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable

from include.contract import catalogue
from include.contract.locales import LANGUAGES, LOCALES
from include.contract.model import COMMON_CURRENCIES, DATA, SEEDS, load_contract, read_csv, seed

LABELS = SEEDS / "labels.csv"

#: Code lists of the contract as the marts call them: list -> list of the marts. Grades have words in codes.csv.
_LISTS = {
    "age_group": "age_group",
    "green_basis": "green_basis",
    "group_role": "group_role",
    "job_category": "job_category",
    "language": "language",
    "owner_sex": "sex",
    "practice": "practice",
    "practice_status": "status",
    "resource": "resource",
    "size_class": "size_class",
    "standard_status": "status",
    "training_topic": "topic",
    "value_chain": "value_chain",
    "yes_no_unknown": "decent_work",
}
_STATUSES = ("landed", "read", "accepted", "accepted_with_findings", "returned", "withdrawn", "duplicate")

Label = tuple[str, str, dict[str, str]]


def render() -> str:
    """The seed: a line a code of a list, in the order in which a reader wants to see them. Raises ContractError for a
    text that the catalogue does not have.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["code_list", "code", "turn", *(f"label_{language}" for language in LANGUAGES)])
    turns: dict[str, int] = {}
    for code_list, code, words in sorted(_labels(), key=lambda label: label[0]):
        turns[code_list] = turns.get(code_list, 0) + 1
        writer.writerow([code_list, code, turns[code_list], *(words[language] for language in LANGUAGES)])
    return text.getvalue()


def _labels() -> Iterable[Label]:
    contract = load_contract()
    for listed, name in _LISTS.items():
        for code, words in contract.codelists[listed].items():
            yield name, code, words
    for row in seed("standards"):
        yield "standard", row["standard"], dict.fromkeys(LANGUAGES, row["name"])  # names of their owners
    for sheet in contract.sheets.values():
        yield "sheet", sheet.key, sheet.labels
    columns = {column.key: column.labels for sheet in contract.sheets.values() for column in sheet.columns}
    for key, words in columns.items():
        yield "column", key, words
    for rule in contract.rules:
        words = {language: catalogue.text(rule, "title", language) for language in LANGUAGES}
        yield "rule", rule, words
        yield "reason", rule, words  # for which the waterfall does not count a row
    for status in _STATUSES:
        yield "status", status, _words(f"status.{status}")
    for severity in catalogue.SEVERITIES:
        yield "severity", severity, _words(f"severity.{severity}")
    for row in seed("change_causes"):
        yield "cause", row["cause"], {language: row[f"label_{language}"] for language in LANGUAGES}
    named = {row["country"]: {language: row[f"name_{language}"] for language in LANGUAGES} for row in seed("countries")}
    names = [LOCALES[language].territories.keys() for language in LANGUAGES]
    for country in sorted(code for code in set.intersection(*map(set, names)) if len(code) == 2 and code.isalpha()):
        # institutions have their seat elsewhere, too
        words = {language: LOCALES[language].territories[country] for language in LANGUAGES}
        yield "country", country, named.get(country, words)
    for currency in sorted({*(row["currency"] for row in seed("countries")), *COMMON_CURRENCIES}):
        yield "currency", currency, {language: LOCALES[language].currencies[currency] for language in LANGUAGES}
    for row in read_csv(DATA / "codes.csv"):
        yield row["code_list"], row["code"], {language: row[f"label_{language}"] for language in LANGUAGES}


def _words(part: str) -> dict[str, str]:
    return {language: catalogue.text(catalogue.WORDS, part, language) for language in LANGUAGES}


def main() -> None:
    """Write the seed."""
    LABELS.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"{LABELS}\n")


if __name__ == "__main__":
    main()
