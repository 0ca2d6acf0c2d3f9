"""Takes away the filters that ``ref()`` puts into a build in part, one after the other, and sees what that changes.

The table of an incremental model is what a night keeps of it and what the night adds. Where a build in part equals a
full one, it still does without a filter only if the model's query returns the same rows without it: any other rows make
the table unequal, and the check of equality finds that. So trying a filter costs a query and no build. A filter that
changes no rows is there for speed: what it keeps out meets no row of the other references, which are filtered as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations

import sqlalchemy as sa

from include.platform import database
from include.platform.settings import Settings
from include.stage5_transformation import dbt, pending

_RELATION = re.compile(r'"[^" ]+"\."[^" ]+"\."(?P<name>\w+)"')
#: How a filtered reference begins; ``to_rebuild`` in ``dbt_project/macros/rebuilt.sql`` writes it.
_FILTERED = re.compile(rf"\(select \* from (?P<relation>{_RELATION.pattern}) where ")
#: A model's own condition on the rows it returns, where no reference can bear it: ``is_rebuilt`` writes it.
_OWN = re.compile(r"^where \(/\*changed project:pairs\.project_code:.+\)\s*\Z", re.MULTILINE)
#: Columns by which ``to_rebuild`` filters.
_KEYS = ("project_code", "submission_id", "enterprise_key", "scope_type")


@dataclass(frozen=True)
class Model:
    """A model as a night that builds in part runs it; ``reads`` are names of models."""

    name: str
    unit: str
    relation: str
    is_view: bool
    is_by_period: bool
    reads: frozenset[str]
    sql: str

    def filters(self) -> list[Filter]:
        """Every filter of its SQL, in their order."""
        found: list[Filter] = []
        for match in _FILTERED.finditer(self.sql):
            number = sum(other.reference == match["name"] for other in found) + 1
            end = _end(self.sql, match.start())
            found.append(Filter(self, match["name"], number, match.start(), end, match["relation"]))
        own = _OWN.search(self.sql)
        return [*found, Filter(self, "its own rows", 1, own.start(), own.end(), "")] if own else found

    def without(self, filters: Collection[Filter]) -> str:
        """Its SQL without these filters of it."""
        sql = self.sql
        for filter_ in sorted(filters, key=lambda filter_: -filter_.begin):
            sql = sql[: filter_.begin] + filter_.unfiltered + sql[filter_.end :]
        return sql


@dataclass(frozen=True)
class Filter:
    """A filtered reference of a model: where it stands in its SQL, and what stands there without the filter."""

    model: Model
    reference: str
    number: int
    begin: int
    end: int
    unfiltered: str

    def __str__(self) -> str:
        return f"{self.model.name} < {self.reference}" + (f" ({self.number})" if self.number > 1 else "")


class Trial:
    """Filters of a night in which some projects changed, on a warehouse whose tables are those of a build.

    What it does in the database is rolled back; the pending rows of its night stay for as long as it is entered.
    """

    def __init__(self, settings: Settings, changed: Collection[str], since: str = "") -> None:
        """Compile the models for a night in which the projects ``changed``, in what they deliver ``since`` a period."""
        self._changed, self._since = changed, since
        self._engine = database.engine(settings, "transformer")
        with self._night():
            dbt.run(settings, "compile", "--select", "resource_type:model", "--indirect-selection", "empty")
        nodes = json.loads((settings.dbt / "manifest.json").read_text(encoding="utf-8"))["nodes"].values()
        models = [_model(node) for node in nodes if "rebuilt_by" in node["config"]["meta"] and "compiled_code" in node]
        self.models = {model.name: model for model in sorted(models, key=lambda model: model.name)}
        self._by_period = {node["relation_name"] for node in nodes if "as_of" in node["config"]["meta"]}

    def filters(self) -> list[Filter]:
        """Every filter of every model."""
        return [filter_ for model in self.models.values() for filter_ in model.filters()]

    def reads_whole(self, model: Model, sql: str) -> set[str]:
        """What ``sql`` of a model reads without a filter, although it has a column to filter by."""
        with self._engine.connect() as connection:
            keyed = sa.text("""
            select distinct format('"%s"."%s"."%s"', current_database(), c.relnamespace::regnamespace, c.relname)
            from pg_attribute as a
            inner join pg_class as c on c.oid = a.attrelid
            where a.attname = any(:keys)
            """)
            tables = set(connection.scalars(keyed, {"keys": list(_KEYS)}))
        if model.is_by_period:
            tables |= self._by_period
        filtered = {match.start("relation") for match in _FILTERED.finditer(sql)}
        whole = {match.group() for match in _RELATION.finditer(sql) if match.start() not in filtered}
        views = {other.relation for other in self.models.values() if other.is_view and other.unit == model.unit}
        return {name.split(".")[-1].strip('"') for name in (whole & tables) - views}

    def unnoticed(self, groups: Collection[Collection[Filter]]) -> list[Collection[Filter]]:
        """Those groups of filters, each of one model, without which the night adds the same rows."""
        with self._night(), self._engine.connect() as connection:
            views = {name: model for name, model in self.models.items() if model.is_view}
            for view in sorted(views.values(), key=lambda view: len(view.reads & views.keys())):
                _replace(connection, view, view.sql)
            rows = {name: _rows(connection, model.sql) for name, model in self.models.items() if not model.is_view}
            return [group for group in groups if self._adds_the_same(connection, group, rows)]

    def _adds_the_same(
        self, connection: sa.Connection, group: Collection[Filter], rows: dict[str, tuple[int, str]]
    ) -> bool:
        (model,) = {filter_.model for filter_ in group}
        if not model.is_view:
            return _rows(connection, model.without(group)) == rows[model.name]
        with connection.begin_nested() as savepoint:
            _replace(connection, model, model.without(group))
            same = all(_rows(connection, self.models[name].sql) == rows[name] for name in self._readers(model))
            savepoint.rollback()
        return same

    def _readers(self, view: Model) -> Iterator[str]:
        """The incremental models that read a view, through others too."""
        for reader in self.models.values():
            if view.name in reader.reads:
                yield from self._readers(reader) if reader.is_view else [reader.name]

    @contextmanager
    def _night(self) -> Iterator[None]:
        """Pending is what it is in the night of these changes."""
        with self._engine.begin() as connection:
            pending.prepare(connection)
            before = connection.execute(sa.text("select kind, code from intermediate.pending")).mappings().all()
            pending.published(connection)
            pending.add_deliveries(connection, deliveries_of(connection, self._changed, self._since))
        try:
            yield
        finally:
            with self._engine.begin() as connection:
                pending.published(connection)
                for row in before:
                    connection.execute(sa.text("insert into intermediate.pending values (:kind, :code)"), dict(row))


def deliveries_of(connection: sa.Connection, projects: Collection[str], since: str = "") -> list[pending.Delivery]:
    """All that these projects have delivered, or what they have since a period."""
    query = """
    select project_code, submission_id, coalesce(period, '') from ops.submission
    where project_code = any(:projects) and coalesce(period, '') >= :since
    """
    found = connection.execute(sa.text(query), {"projects": list(projects), "since": since}).tuples()
    return [pending.Delivery(*delivery) for delivery in found]


def report(settings: Settings, projects: Collection[str]) -> dict[str, str]:
    """Filter -> what is unequal without it, tried for nights in each of which one of the ``projects`` changed.

    ``alone``: its model, without it alone; ``beside ...``: without it and another one, which is named; ``speed``:
    nothing, because what it keeps out meets no row of the other references.
    """
    alone: set[str] = set()
    beside: dict[str, set[str]] = {}
    names: list[str] = []
    for project in projects:
        trial = Trial(settings, [project])
        filters = trial.filters()
        names = [str(filter_) for filter_ in filters]
        alone |= set(names) - {str(filter_) for (filter_,) in trial.unnoticed([[filter_] for filter_ in filters])}
        pairs = [pair for model in trial.models.values() for pair in combinations(model.filters(), 2)]
        pairs = [pair for pair in pairs if not alone & set(map(str, pair))]
        unnoticed = {tuple(map(str, pair)) for pair in trial.unnoticed(pairs)}
        for one, other in pairs:
            if (str(one), str(other)) not in unnoticed:
                beside.setdefault(str(one), set()).add(other.reference)
                beside.setdefault(str(other), set()).add(one.reference)
    return {
        name: "alone" if name in alone else f"beside {', '.join(sorted(beside[name]))}" if name in beside else "speed"
        for name in names
    }


def _model(node: dict) -> Model:
    reads = frozenset(name.split(".")[-1] for name in node["depends_on"]["nodes"])
    meta, is_view = node["config"]["meta"], node["config"]["materialized"] == "view"
    is_by_period = "as_of" in meta
    return Model(
        node["name"], meta["rebuilt_by"], node["relation_name"], is_view, is_by_period, reads, node["compiled_code"]
    )


def _end(sql: str, begin: int) -> int:
    """Behind the bracket that closes the one at ``begin``; constants hold no brackets."""
    depth = 0
    for at in range(begin, len(sql)):
        depth += {"(": 1, ")": -1}.get(sql[at], 0)
        if depth == 0:
            return at + 1
    raise ValueError(f"a bracket is not closed: {sql[begin:]}")


def _replace(connection: sa.Connection, view: Model, query: str) -> None:
    connection.exec_driver_sql(f"create or replace view {view.relation} as {query}".replace("%", "%%"))


def _rows(connection: sa.Connection, query: str) -> tuple[int, str]:
    """Number of rows a query returns and a hash of all of them, whatever their order."""
    hashes = f"select md5(cast(t as text)) as row_hash from (\n{query}\n) as t"
    hashed = f"select count(*), md5(string_agg(row_hash, '' order by row_hash)) from ({hashes}) as rows"
    count, digest = connection.exec_driver_sql(hashed.replace("%", "%%")).one()
    return int(count), str(digest)
