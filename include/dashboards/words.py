"""Reading YAML of the definition: words in three languages, and keys that somebody reads."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from include.contract.locales import LANGUAGES
from include.dashboards.definition import DefinitionError

#: Language -> words.
Words = dict[str, str]


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
