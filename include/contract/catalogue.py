"""What the product says to partners, in their language: one source for feedback, receipts, e-mails and rule pages.

``data/messages.csv`` has a line a text: ``key`` is a rule or ``words``, ``part`` what the text is for, then the three
languages. Parts of a rule: ``title``; ``wrong``, said of one finding; ``wrong_without_cell``, where it has no cell;
``what_to_do``; ``why``; ``example_wrong`` and ``example_right``; ``allowed``, only where no note of a column
(``data/notes.csv``) says it already.

``python -m include.contract.catalogue`` writes ``docs/rules.<language>.md``; a test holds them fresh.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from string import Formatter

from include.contract.locales import LANGUAGES
from include.contract.model import DATA, Column, ContractError, Rule, load_contract, read_csv

DOCS = Path(__file__).parents[2] / "docs"

#: Key of the texts that belong to no rule.
WORDS = "words"
#: Stands for what is not known.
UNKNOWN = "–"
SEVERITIES = ("critical", "error", "warning", "info")
RULE_PARTS = ("title", "wrong", "what_to_do", "why", "example_wrong", "example_right")


@lru_cache(maxsize=1)
def messages() -> dict[tuple[str, str], dict[str, str]]:
    """(key, part) -> language -> text."""
    return {
        (row["key"], row["part"]): {language: row[language] for language in LANGUAGES}
        for row in read_csv(DATA / "messages.csv")
    }


def text(key: str, part: str, language: str) -> str:
    """A text as written, placeholders and all. Raises ContractError where there is none."""
    try:
        return messages()[key, part][language]
    except KeyError:
        raise ContractError(f"messages.csv has no line {key},{part} with a text in {language}; write one.") from None


def has_text(key: str, part: str) -> bool:
    """Whether there is such a text."""
    return (key, part) in messages()


def headline(rule: str, language: str) -> str:
    """A rule's title as a sentence of its own."""
    title = text(rule, "title", language)
    return title if title.endswith("?") else f"{title}."


class _Facts(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return UNKNOWN


def filled(template: str, facts: Mapping[str, str]) -> str:
    """A text with its placeholders filled; what is not known becomes a dash. Braces in ``facts`` stand as they are."""
    return template.format_map(_Facts(facts))


@cache
def placeholders(template: str) -> frozenset[str]:
    """Names of a text's placeholders."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)


def names_in_texts(rule: str) -> frozenset[str]:
    """Names of the placeholders of all texts of a rule."""
    return frozenset[str]().union(*(placeholders(said["en"]) for (key, _), said in messages().items() if key == rule))


def word(part: str, language: str, **facts: str) -> str:
    """A text that belongs to no rule."""
    return filled(text(WORDS, part, language), facts)


def counted(part: str, count: int, language: str, shown: str | None = None) -> str:
    """A number of things, singular or plural: ``part`` has ``.one`` and ``.many``; ``shown`` is how it is written."""
    return word(f"{part}.{'one' if count == 1 else 'many'}", language, count=shown or str(count))


@lru_cache(maxsize=1)
def notes() -> dict[tuple[str, str], dict[str, str]]:
    """(sheet, column) -> the row of ``data/notes.csv``: what a rule asks of the column, in plain words."""
    return {(row["sheet"], row["column"]): row for row in read_csv(DATA / "notes.csv")}


def note(column: Column, language: str) -> str:
    """What to fill in, in plain words: whether it is needed, its form, and what the rules ask."""
    said = notes().get((column.sheet, column.key), {}).get(f"note_{language}", "")
    form = "list" if drop_down(column.codelist, language) else column.type
    parts = (f"template.{part}" for part in ("required" if column.required else "optional", form))
    known = [word(part, language) for part in parts if has_text(WORDS, part)]  # a code has no form to speak of
    return " ".join((*known, said)).rstrip()


def drop_down(codelist: str | None, language: str) -> list[str]:
    """What a drop-down offers: labels of the language, of English where it has none, else codes. Territories are
    too many to choose from."""
    listed = load_contract().codelists.get(codelist or "", {})
    if codelist == "isic" and language != "en":
        return sorted(listed)  # titles are in English only
    offered = [labels.get(language) or labels.get("en") or code for code, labels in listed.items()]
    return sorted(offered) if codelist == "currency" else offered


def allowed(rule: str, sheet: str, column: str | None, language: str) -> str:
    """What a rule admits: its own text, else the note of the column."""
    if has_text(rule, "allowed"):
        return text(rule, "allowed", language)
    listed = load_contract().sheets.get(sheet)
    if listed is None or column not in listed.by_key:
        return ""
    return note(listed.by_key[column], language)


# --- the rule pages ------------------------------------------------------------------------------------


def page(language: str) -> Path:
    """Where the rule catalogue of a language is."""
    return DOCS / f"rules.{language}.md"


def render(language: str) -> str:
    """The rule catalogue as Markdown."""

    def say(part: str) -> str:
        return word(part, language)

    severities = _table(
        (say("head.severity"), say("head.effect")),
        ((say(f"severity.{severity}"), say(f"effect.{severity}")) for severity in SEVERITIES),
    )
    parts = [
        f"# {say('catalogue.title')}",
        say("catalogue.introduction"),
        say("catalogue.generated"),
        f"## {say('catalogue.severities')}",
        severities,
    ]
    for rule in load_contract().rules.values():
        if not rule.is_shadow:  # partners meet a rule when it is enforced
            parts.append(_entry(rule, language))
    return "\n\n".join(parts) + "\n"


def _entry(rule: Rule, language: str) -> str:
    def say(part: str) -> str:
        return word(part, language)

    sheets = load_contract().sheets
    place = sheets[rule.sheet].labels[language] if rule.sheet in sheets else say(f"place.{rule.sheet}")
    facts = [
        (say("head.severity"), say(f"severity.{rule.severity}")),
        (say("head.sheet"), place),
        (say("head.allowed"), _allowed_of_rule(rule, language)),
        (say("head.do"), text(rule.key, "what_to_do", language)),
        (say("head.why"), text(rule.key, "why", language)),
        (say("head.bad"), text(rule.key, "example_wrong", language)),
        (say("head.good"), text(rule.key, "example_right", language)),
    ]
    lines = [f"- **{name}**: {said}" for name, said in facts if said]
    return f"## {rule.key}. {text(rule.key, 'title', language)}\n\n" + "\n".join(lines)


def _allowed_of_rule(rule: Rule, language: str) -> str:
    """The rule's own text, else the notes of the columns that carry the rule."""
    if has_text(rule.key, "allowed"):
        return text(rule.key, "allowed", language)
    if rule.sheet == "any":
        return ""
    said: dict[str, str] = {}  # a note that several columns share, by the first of them
    for (sheet, column), row in notes().items():
        if rule.key in row["rules"].split(";") and rule.sheet in (sheet, "detail"):
            carrier = load_contract().sheets[sheet]
            named = carrier if rule.sheet == "detail" else carrier.by_key[column]
            said.setdefault(row[f"note_{language}"], named.labels[language])
    if len(said) == 1:
        return next(iter(said))
    return " ".join(f"*{label}*: {note}" for note, label in said.items())


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    titles = list(header)
    lines = [titles, ["---"] * len(titles), *map(list, rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def main() -> None:
    """Write the pages of all three languages."""
    for language in LANGUAGES:
        page(language).write_text(render(language), encoding="utf-8")
        sys.stdout.write(f"{page(language)}\n")


if __name__ == "__main__":
    main()
