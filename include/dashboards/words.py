"""Reading the definition's files: their version, words in three languages, and keys that somebody reads."""

from __future__ import annotations

from collections.abc import Mapping, Set
from functools import cache
from typing import Any

import yaml

from include.contract.locales import LANGUAGES
from include.platform.settings import PROJECT_ROOT

FOLDER = PROJECT_ROOT / "dashboards" / "definition"
#: What pages say besides titles and labels, and the words for units.
FILE = "words.yml"

#: Language -> words.
Words = dict[str, str]


class DefinitionError(ValueError):
    """The definition says what cannot be; the message names the file, the entry and the key."""


def read(name: str) -> dict[str, Any]:
    """What a file of the definition says. Raises DefinitionError where it is of another version than the first."""
    said = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    if said.get("version") != 1:
        raise DefinitionError(f"{name}: version has to be 1.")
    return dict(said)


def words(said: object, where: str) -> Words:
    """Words in every language. Raises DefinitionError where a language lacks them."""
    if not isinstance(said, Mapping) or (missing := [one for one in LANGUAGES if not said.get(one)]):
        named = ", ".join(missing) if isinstance(said, Mapping) else "any language"
        raise DefinitionError(f"{where} has no words in {named}.")
    return {language: " ".join(str(said[language]).split()) for language in LANGUAGES}


def check_keys(said: Mapping[str, Any], known: Set[str], needed: Set[str], where: str) -> None:
    """Raise DefinitionError for a key that nothing reads, and for one that is missing."""
    if unknown := sorted(said.keys() - known - needed):
        raise DefinitionError(f"{where} has {', '.join(unknown)}, which nothing reads.")
    if missing := sorted(needed - said.keys()):
        raise DefinitionError(f"{where} lacks {', '.join(missing)}.")


@cache
def said_on_pages() -> dict[str, Words]:
    """Name -> words that every page may say; ``unit:people`` and its like for units.

    Raises DefinitionError where a language lacks them.
    """
    said = read(FILE)
    units = {f"unit:{unit}": of_unit for unit, of_unit in said["units"].items()}
    of_pages = {name: one for name, one in said.items() if name not in ("version", "units")}
    return {name: words(one, f"{FILE}: {name}") for name, one in {**of_pages, **units}.items()}
