"""What pages ask: datasets as ``dashboards/definition/datasets.yml`` says them, with their SQL in each language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from include.contract.indicators import load_indicators
from include.contract.locales import LANGUAGES
from include.dashboards.definition import Measure, load_definition
from include.dashboards.words import FOLDER, DefinitionError, Words, check_keys, read, words

FILE = "datasets.yml"
#: Stands for the figure of every indicator in a list of measures.
EVERY_HEADLINE = "@headline"

_OWN_KEYS = {"where", "needs", "definition"}
_OWN_NEEDED = {"name", "aggregate", "column", "unit", "label"}


@dataclass(frozen=True)
class Dataset:
    """A select on the marts.

    ``columns``: column -> title, language -> words; those that a reader sees, filters and groups by, never a code.
    ``measures``: name -> what may be asked of it, in terms of all columns of its select. ``template``: its SQL with
    ``{language}`` and the names of fragments in it.
    """

    name: str
    template: str
    columns: dict[str, Words]
    measures: dict[str, Measure]
    fragments: dict[str, str]
    loaded_sentence: Words

    def sql(self, language: str) -> str:
        """The select in one language, ready for PostgreSQL."""
        said = {**self.fragments, "loaded_sentence": self.loaded_sentence[language]}
        pieces = {name: text.replace("{language}", language) for name, text in said.items()}
        text = self.template
        for name, piece in pieces.items():  # a piece may have another in it that comes later
            text = text.replace("{" + name + "}", piece)
        return text.replace("{language}", language).strip()


@lru_cache(maxsize=1)
def load_datasets() -> dict[str, Dataset]:
    """Name -> dataset. Raises DefinitionError where the file says what cannot be."""
    said = read(FILE)
    check_keys(said, set(), {"version", "fragments", "loaded_sentence", "datasets"}, FILE)
    sentence = words(said["loaded_sentence"], f"{FILE}: loaded_sentence")
    datasets = [_dataset(one, said["fragments"], sentence) for one in said["datasets"]]
    return {dataset.name: dataset for dataset in datasets}


def _dataset(said: Mapping[str, Any], fragments: dict[str, str], sentence: Words) -> Dataset:
    where = f"{FILE}: {said.get('name', '?')}"
    check_keys(said, {"measures", "counted", "own", "no_row_is_zero"}, {"name", "columns"}, where)
    path = FOLDER / "datasets" / f"{said['name']}.sql"
    if not path.exists():
        raise DefinitionError(f"{where} has no SQL: {path.name} is not there.")
    text = "\n".join(line for line in path.read_text("utf-8").splitlines() if not line.startswith("--"))
    measures = [*_defined(said, where), *(_own(one, where) for one in said.get("own", []))]
    if said.get("no_row_is_zero"):
        measures = [_never_empty(one) if one.unit != "EUR" else one for one in measures]
    names = [measure.name for measure in measures]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DefinitionError(f"{where} has two measures {twice[0]}.")
    return Dataset(
        name=said["name"],
        template=text,
        columns={name: _title(title, f"{where}: {name}") for name, title in said["columns"].items()},
        measures={measure.name: measure for measure in measures},
        fragments=fragments,
        loaded_sentence=sentence,
    )


def _defined(said: Mapping[str, Any], where: str) -> Iterator[Measure]:
    """Measures of the definition: as they are, or as a count of enterprises added up in part."""
    known = load_definition().measures
    for column, names in {"": said.get("measures", []), **said.get("counted", {})}.items():
        for name in load_indicators() if names == [EVERY_HEADLINE] else names:
            if name not in known:
                raise DefinitionError(f"{where} names the measure {name}, which does not exist.")
            measure = known[name]
            if column:
                measure = replace(measure, aggregate="enterprises", column=column)
            yield measure


def _never_empty(measure: Measure) -> Measure:
    """The same with 0 where no row counts."""
    return replace(measure, is_0_without_rows=True, exists="")


def _own(said: Mapping[str, Any], where: str) -> Measure:
    where = f"{where}: {said.get('name', '?')}"
    check_keys(said, _OWN_KEYS, _OWN_NEEDED, where)
    if (known := load_definition().measures.get(said["name"])) and known.kpi:
        raise DefinitionError(f"{where} is called as a measure of the indicator {known.kpi} is: give it another name.")
    empty = dict.fromkeys(LANGUAGES, "")
    return Measure(
        name=said["name"],
        family="own",
        aggregate=said["aggregate"],
        column=said["column"],
        where=said.get("where", ""),
        unit=said["unit"],
        among=said.get("where", ""),
        needs=tuple(said.get("needs", [])),
        dimensions=tuple(said.get("needs", [])),
        labels=words(said["label"], where),
        definitions=words(said["definition"], where) if "definition" in said else empty,
    )


def _title(said: object, where: str) -> Words:
    if not isinstance(said, str):
        return words(said, where)
    dimensions = load_definition().dimensions
    if said not in dimensions:
        raise DefinitionError(f"{where} names the dimension {said}, which does not exist.")
    return dimensions[said].titles
