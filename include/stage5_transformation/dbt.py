"""Runs dbt in this process, as role ``transformer``, writing nothing into the checkout.

Compiled SQL and artifacts go to ``STATE/dbt``, the log to ``STATE/logs/dbt``. Nothing is printed: what a database says
of a failing row may hold a name or a tax id.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import GenericTestNode
from dbt_common.events.base_types import EventMsg

from include.platform import database
from include.platform.causes import tells_of_lost_connection
from include.platform.settings import Settings
from include.stage5_transformation import pending
from include.stage5_transformation.connections import keep_connections
from include.stage5_transformation.fingerprint import PROJECT
from include.stage5_transformation.outcome import Built, Node, TransformationFailed, WarehouseLost
from include.stage5_transformation.session import OPTIONS, THREADS, is_distributed

_FAILED = {"error", "fail", "runtime error"}
#: The generic test of all columns of a mart, whose rows tell which one is at fault.
COLUMNS_HOLD = "columns_hold"


def build(
    settings: Settings,
    as_of: date | None = None,
    *,
    is_incremental: bool = False,
    is_later: bool = False,
    callbacks: Sequence[Callable[[EventMsg], None]] = (),
) -> Built:
    """Build and test the candidate marts from what is in ``registry``, ``raw`` and ``ops``; seeds have to be there.

    Tests of the seeds ran when those were loaded. Periods are those ended before ``as_of``, by default the load date of
    the night started last. Everything is built anew unless ``is_incremental``: then what is pending is; of that only
    what depends on the load date where the night ``is_later``, and nothing else has changed. ``callbacks`` are told of
    dbt's events. Raises TransformationFailed; the published marts are untouched either way.
    """
    variables = ("--vars", f"{{as_of: '{as_of.isoformat()}'}}") if as_of else ()
    extent = () if is_incremental else ("--full-refresh",)
    if not is_incremental:
        with database.transaction(settings, "transformer") as connection:
            pending.add_everything(connection)
    kept = ("path:seeds", "tag:follows_code") if is_incremental and not as_of else ("path:seeds",)
    # cautious: tests that look at something else as well are not left out
    selected = ("--exclude", *kept, "--indirect-selection", "cautious")
    if is_later:
        selected = ("--select", "tag:follows_load_date")
    what = ("build", *selected, "--exclude-resource-types", "unit_test", *extent, *variables)
    return run(settings, *what, callbacks=callbacks)


def run_unit_tests(settings: Settings) -> Built:
    """Test the models on the made-up rows beside them. Needs the models' tables, which may be empty ones."""
    return run(settings, "test", "--select", "test_type:unit")


def generate_docs(settings: Settings, page: Path) -> None:
    """Write dbt's documentation of models, columns and lineage as one ``page``, whole or not at all."""
    run(settings, "docs", "generate", "--static")
    page.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    staged = page.with_name(f".{page.name}.part")
    shutil.copyfile(settings.dbt / "static_index.html", staged)
    os.replace(staged, page)


def parse(target: Path) -> Manifest:
    """What the project consists of, without a database; dbt's own files go below ``target``."""
    outcome = dbtRunner().invoke(["parse", "--no-partial-parse", *_places(target, target / "logs")])
    if not isinstance(outcome.result, Manifest):
        raise TransformationFailed(_reasons(outcome))
    return outcome.result


def run(settings: Settings, *arguments: str, callbacks: Sequence[Callable[[EventMsg], None]] = ()) -> Built:
    """Run one dbt command on the project, for example ``run(settings, "build", "--select", "staging")``.

    ``callbacks`` are told of every event of dbt's.
    """
    places = _places(settings.dbt, settings.logs / "dbt")
    keep_connections()
    with connection_in_environment(settings):
        outcome = dbtRunner(callbacks=list(callbacks)).invoke([*arguments, *places])
    results = getattr(outcome.result, "results", [])
    if not outcome.success:
        reasons = _reasons(outcome, results, lambda result: _columns_at_fault(settings, result))
        raise (WarehouseLost if tells_of_lost_connection(reasons) else TransformationFailed)(reasons)
    counts: dict[str, int] = {}
    for result in results:
        kind = str(getattr(getattr(result, "node", None), "resource_type", "table"))
        counts[kind] = counts.get(kind, 0) + 1
    marts = {
        str(result.node.name): str(result.node.config.meta.get("as_of", ""))
        for result in results
        if getattr(result.node, "schema", "").startswith("candidate_")
        and result.node.config.materialized == "incremental"
    }
    seconds = float(getattr(outcome.result, "elapsed_time", 0.0))
    nodes = {
        str(result.node.unique_id): Node(tuple(result.node.depends_on_nodes), float(result.execution_time))
        for result in results
        if str(getattr(getattr(result, "node", None), "resource_type", "")) in ("model", "test")
    }
    return Built(counts=counts, seconds=seconds, incremental_marts=marts, nodes=nodes)


def _places(target: Path, logs: Path) -> list[str]:
    return [
        *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
        *("--target-path", str(target), "--log-path", str(logs)),
        *("--log-level", "none", "--log-level-file", "info"),
    ]


def _reasons(
    outcome: dbtRunnerResult, results: Sequence[Any] = (), columns_at_fault: Callable[[Any], str] = lambda result: ""
) -> str:
    failed = [result for result in results if str(getattr(result, "status", "")) in _FAILED]
    if not failed:
        return f"dbt did not run: {_harmless(str(outcome.exception or 'no reason given'))}"
    lines = [
        f"{_name(result)}: {_harmless(str(getattr(result, 'message', '')))}{columns_at_fault(result)}"
        for result in failed
    ]
    return "dbt failed at " + str(len(lines)) + " place(s):\n" + "\n".join(f"- {line}" for line in sorted(lines))


def _columns_at_fault(settings: Settings, result: Any) -> str:
    """Of a failed test of several columns: those that do not hold, each with its number of rows."""
    test = getattr(result, "node", None)
    if str(result.status) != "fail" or not isinstance(test, GenericTestNode) or test.test_metadata.name != COLUMNS_HOLD:
        return ""
    query = f"select broken, count(*) from ({test.compiled_code}) as found group by broken order by broken"
    with database.connected(settings, "transformer") as connection:
        rows = connection.exec_driver_sql(query).tuples().all()
    return "".join(f"; {broken} ({count})" for broken, count in rows)


def _name(result: object) -> str:
    node = getattr(result, "node", None)
    return f"{getattr(node, 'resource_type', 'node')} {getattr(node, 'name', '?')}"


def _harmless(message: str) -> str:
    """The message in one line, without the DETAIL in which the database shows the row at fault."""
    return " ".join(message.split("DETAIL:")[0].split())


@contextmanager
def connection_in_environment(settings: Settings) -> Iterator[None]:
    """The variables that ``profiles.yml`` and the database's client read, for as long as dbt runs."""
    url = database.url(settings, "transformer")
    connection = {
        "WAREHOUSE_HOST": url.host or "",
        "WAREHOUSE_PORT": str(url.port or 5432),
        "WAREHOUSE_DBNAME": url.database or "",
        "WAREHOUSE_USER": url.username or "",
        "WAREHOUSE_PASSWORD": str(url.password or ""),
        "WAREHOUSE_SSLMODE": str(url.query.get("sslmode", "prefer")),
        "WAREHOUSE_THREADS": str(THREADS),
        "PGOPTIONS": OPTIONS,
    }
    if is_distributed(settings):
        connection["WAREHOUSE_IS_DISTRIBUTED"] = "yes"
    with database.connected(settings, "transformer") as opened:
        connection["WAREHOUSE_PENDING"] = pending.told(opened)
    before = {name: os.environ.get(name) for name in connection}
    os.environ.update(connection)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
