"""Typed view of ``dashboards/definition``: the measures of the marts, and what they are filtered and grouped by.

definition = load_definition()
definition.measures["green_jobs"].sql      # what a BI tool puts behind "select", guarded against what cannot be added
definition.dimensions["country"].titles    # language -> words
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from include.contract.indicators import Indicator, load_indicators
from include.contract.locales import LANGUAGES
from include.contract.model import load_contract
from include.dashboards.words import DefinitionError, check_keys, read, words

#: "enterprises" stands for those that one project alone reports, added up, and the distinct keys of the others: of
#: column NAME the columns NAME_alone and NAME_key.
AGGREGATES = ("sum", "count", "count_distinct", "max", "enterprises")
#: The figure a measure has where its name names none.
UNIQUE = "unique"
#: Indicators that have no figure where no row of another one is: nobody increased what nobody could assess.
EXISTS = {
    "msmes_volume_increased": "kpi = 'msmes_volume_assessable'",
    "volume_change_real_eur": "kpi = 'volume_change_real_eur'",
    "volume_change_nominal_eur": "kpi = 'volume_change_nominal_eur'",
}

_FAMILY_KEYS = frozenset(
    [
        "name",
        "suffix",
        "table",
        "aggregate",
        "where",
        "kpis",
        "figures",
        "needs",
        "dimensions",
        "adds_up",
        "is_complete",
    ]
)
_FIGURE_KEYS = frozenset(["column", "where"])
_MEASURE_KEYS = frozenset(
    ["name", "table", "aggregate", "column", "where", "unit", "label", "definition", "needs", "dimensions", "adds_up"]
)
_DIMENSION_KEYS = frozenset(["name", "column", "table", "keys", "code_list", "labels", "title", "title_of"])


@dataclass(frozen=True)
class Dimension:
    """What measures are filtered and grouped by.

    ``table`` is the mart in which its codes have their labels, in the columns ``labels`` (language -> column); None for
    a date or a flag, which has no codes. It is joined by ``keys``, column of the measure's table -> column of that one,
    and of ``dim_code`` only the list ``code_list`` is meant. ``titles`` is what people call it.
    """

    name: str
    column: str
    table: str | None
    keys: dict[str, str]
    code_list: str
    labels: dict[str, str]
    titles: dict[str, str]

    def join(self, measures: str, labels: str) -> str:
        """SQL condition that joins the rows of ``measures`` with their labels, both as aliases."""
        conditions = [f"{measures}.{own} = {labels}.{key}" for own, key in self.keys.items()]
        if self.code_list:
            conditions.append(f"{labels}.code_list = '{self.code_list}'")
        return " and ".join(conditions)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A number that can be asked of one mart; ``suffix`` is what its family adds to the indicator's name.

    ``needs``: dimensions of which one value has to be left by filter or grouping; where more are, the measure is empty.
    ``dimensions``: what it may be filtered and grouped by, those it needs included. ``adds_up``: dimensions over which
    its values add up to the whole. ``where``: SQL condition on rows, empty for all. ``kpi`` and ``figure`` are empty
    for a measure of no indicator. ``unit`` is that of the indicator, or a word such as ``reports``.
    ``is_0_without_rows``: no rows are nothing, not unknown; but of ``exists``, an SQL condition, some row has to be.
    ``among``: SQL condition on the rows that it is made of, whatever else it leaves out.
    """

    name: str
    family: str
    suffix: str = ""
    table: str = ""
    aggregate: str
    column: str
    where: str = ""
    kpi: str = ""
    figure: str = ""
    unit: str
    is_0_without_rows: bool = False
    exists: str = ""
    among: str = ""
    needs: tuple[str, ...]
    dimensions: tuple[str, ...]
    adds_up: tuple[str, ...] = ()
    labels: dict[str, str]
    definitions: dict[str, str]

    @property
    def is_additive(self) -> bool:
        """Whether its values add up over all that it is filtered and grouped by."""
        return set(self.adds_up) == set(self.dimensions)

    @property
    def rows(self) -> str:
        """SQL condition on the rows that it looks at, empty for all: others may be there or not."""
        return " or ".join(dict.fromkeys(one for one in (self.among, self.exists) if one))

    @property
    def sql(self) -> str:
        """The aggregate over the rows of ``table`` as PostgreSQL has it: empty where more than one value is left of
        what it needs, so that no default of a tool adds up what cannot be added.
        """
        condition = f" filter (where {self.where})" if self.where else ""
        if self.aggregate == "enterprises":
            alone = f"coalesce(sum({self.column}_alone){condition}, 0)"
            aggregate = f"{alone} + count(distinct {self.column}_key){condition}"
        else:
            distinct = "distinct " if self.aggregate == "count_distinct" else ""
            function = "count" if distinct else self.aggregate
            aggregate = f"{function}({distinct}{self.column}){condition}"
            if self.is_0_without_rows and function != "count":
                aggregate = f"coalesce({aggregate}, 0)"
        if not self.needs:
            return aggregate
        # Least and greatest, not a count of the distinct ones, for which all rows would be sorted; of all rows that are
        # left, so that the measures of a tile have them worked out once.
        guard = " and ".join(f"min({one}) is not distinct from max({one})" for one in self.needs)
        if self.exists:
            guard += f" and count(*) filter (where {self.exists}) > 0"
        return f"case when {guard} then {aggregate} end"


@dataclass(frozen=True)
class Definition:
    """All measures and dimensions, by name, in the order of their files."""

    measures: dict[str, Measure]
    dimensions: dict[str, Dimension]

    def of_table(self, table: str) -> list[Measure]:
        """The measures of a mart."""
        return [measure for measure in self.measures.values() if measure.table == table]


@lru_cache(maxsize=1)
def load_definition() -> Definition:
    """The definition as it stands in its files. Raises DefinitionError where it says what cannot be."""
    dimensions = {one.name: one for one in map(_dimension, read("dimensions.yml")["dimensions"])}
    said = read("measures.yml")
    measures: dict[str, Measure] = {}
    for measure in (*_of_families(said), *map(_measure, said["measures"])):
        if measure.name in measures:
            raise DefinitionError(f"measures.yml: there are two measures {measure.name}.")
        for unknown in set(measure.dimensions) - dimensions.keys():
            raise DefinitionError(f"measures.yml: {measure.name} names the dimension {unknown}, which does not exist.")
        for unknown in set(measure.adds_up) - set(measure.dimensions):
            raise DefinitionError(
                f"measures.yml: {measure.name} adds up over {unknown}, which is none of its dimensions."
            )
        measures[measure.name] = measure
    return Definition(measures=measures, dimensions=dimensions)


def _of_families(said: Mapping[str, Any]) -> Iterable[Measure]:
    indicators = load_indicators()
    figures = said["figures"]
    for family in said["families"]:
        check_keys(family, _FAMILY_KEYS, set(), f"measures.yml: {family.get('name', '?')}")
        for kpi in _kpis(family, indicators):
            for figure, of in family["figures"].items():
                if figure not in figures:
                    raise DefinitionError(
                        f"measures.yml: family {family['name']} names the figure {figure}, which does not exist."
                    )
                yield _of_family(family, indicators[kpi], figure, of, figures[figure])


def _kpis(family: Mapping[str, Any], indicators: Mapping[str, Indicator]) -> Iterable[str]:
    """The family's indicators: all, those of some units, or those it names."""
    said = family["kpis"]
    if said == "all":
        return indicators
    if isinstance(said, dict):
        return [key for key, indicator in indicators.items() if indicator.unit in said["unit"]]
    for unknown in set(said) - indicators.keys():
        raise DefinitionError(
            f"measures.yml: family {family['name']} names the indicator {unknown}, which does not exist."
        )
    return list(said)


def _of_family(
    family: Mapping[str, Any], indicator: Indicator, figure: str, of: str | Mapping[str, str], said: Mapping[str, Any]
) -> Measure:
    named = "" if figure == UNIQUE else f"_{figure}"
    ending = {language: f", {text}" if (text := said["label"][language]) else "" for language in LANGUAGES}
    column = {"column": of} if isinstance(of, str) else of
    check_keys(column, _FIGURE_KEYS, set(), f"measures.yml: {family['name']}")
    among = family["where"].format(kpi=indicator.key)
    is_complete = family.get("is_complete", False)
    return _made(
        family,
        name=f"{indicator.key}{named}{family['suffix']}",
        column=column["column"],
        where=f"{among} and {column['where']}" if "where" in column else among,
        among=among,
        kpi=indicator.key,
        figure=figure,
        unit=indicator.unit,
        is_0_without_rows=not is_complete,
        exists=EXISTS.get(indicator.key, "") if not is_complete else "",
        labels={language: indicator.names[language] + ending[language] for language in LANGUAGES},
        definitions={
            language: f"{indicator.definitions[language]} {said['definition'][language]}" for language in LANGUAGES
        },
    )


def _measure(said: Mapping[str, Any]) -> Measure:
    where = f"measures.yml: {said.get('name', '?')}"
    check_keys(said, _MEASURE_KEYS, set(), where)
    return _made(
        said,
        name=said["name"],
        column=said["column"],
        where=said.get("where", ""),
        unit=said["unit"],
        among=said.get("where", ""),
        labels=words(said["label"], where),
        definitions=words(said["definition"], where),
    )


def _made(said: Mapping[str, Any], **own: Any) -> Measure:
    if said["aggregate"] not in AGGREGATES:
        raise DefinitionError(f"measures.yml: aggregate of {said['name']} has to be one of {', '.join(AGGREGATES)}.")
    needs = tuple(said["needs"])
    return Measure(
        family=said["name"],
        suffix=said.get("suffix", ""),
        table=said["table"],
        aggregate=said["aggregate"],
        needs=needs,
        dimensions=(*needs, *(name for name in said["dimensions"] if name not in needs)),
        adds_up=tuple(said["adds_up"]),
        **own,
    )


def _dimension(said: Mapping[str, Any]) -> Dimension:
    where = f"dimensions.yml: {said.get('name', '?')}"
    check_keys(said, _DIMENSION_KEYS, set(), where)
    name = said["name"]
    if "title_of" in said:
        sheet, _, column = said["title_of"].partition(".")
        titles = load_contract().sheets[sheet].by_key[column].labels
    else:
        titles = words(said["title"], where)
    column = said.get("column", name)
    code_list = said.get("code_list", "")
    keys = {column: "code"} if code_list else said.get("keys", {column: column})
    return Dimension(
        name=name,
        column=column,
        table="dim_code" if code_list else said.get("table"),
        keys=dict(keys),
        code_list=code_list,
        labels=said.get("labels", {language: f"label_{language}" for language in LANGUAGES}),
        titles=titles,
    )
