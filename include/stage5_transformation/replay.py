"""Builds by the statements that dbt sent for the last build of the same extent, where it would send the same again.

dbt takes some 60 ms for every model and test, whatever the database has to do: to render, to ask the catalogue, to
write down what came of it. What it sends follows from its version, the project's files, which tables there are with
which columns (``fingerprint``), and the conditions on what is rebuilt, which stand between marks (``is_one_of`` in
``dbt_project/macros/rebuilt.sql``). So a build by dbt keeps its statements in ``STATE/dbt/sent``, and the next ones of
its extent send them with tonight's; a test's answer is looked at as dbt does. Whatever fails or finds something
is built again by dbt, which says what and why.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any

import psycopg

from include.platform import database
from include.platform.settings import Settings
from include.stage5_transformation import fingerprint, pending
from include.stage5_transformation.outcome import Built, Node
from include.stage5_transformation.session import OPTIONS, THREADS, is_distributed

log = logging.getLogger(__name__)

Conditions = Mapping[str, str]

_MARKED = re.compile(r"/\*(?P<kind>[a-z ]+):(?P<column>[\w.]+):\*/ .*?/\*\.\*/", re.DOTALL)
#: A node is one transaction here.
_TRANSACTION = re.compile(r"\s*(/\*.*?\*/)?\s*(begin|commit)\b", re.DOTALL | re.IGNORECASE)
#: The same, and what dbt asks for its own sake: no model is made by asking.
_ASKED = re.compile(r"\s*(/\*.*?\*/)?\s*(select|with|begin|commit)\b", re.DOTALL | re.IGNORECASE)


class FoundSomething(Exception):
    """A test found something."""


@dataclass(frozen=True)
class Script:
    """What dbt sent in one build, by node, and what came of it."""

    #: what the statements follow from
    made_from: str
    #: model or test, by dbt's name -> its statements in order, without the conditions between the marks
    statements: dict[str, list[str]]
    built: Built

    @classmethod
    def of(
        cls, made_from: str, heard: Mapping[str, Sequence[str]], built: Built, conditions: Conditions
    ) -> Script | None:
        """The script of a build; None where its statements with their conditions would not be what was sent."""
        sent = {node: [one for one in heard[node] if _is_work(node, one)] for node in heard if node in built.nodes}
        script = cls(made_from, {node: [_MARKED.sub(_mark, one) for one in sent[node]] for node in sent}, built)
        is_same = all([_filled(one, conditions) for one in script.statements[node]] == sent[node] for node in sent)
        return script if is_same and built.nodes.keys() == sent.keys() else None

    @classmethod
    def kept(cls, file: Path, made_from: str) -> Script | None:
        """The one in a file, if it was made from the same."""
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        if told.pop("made_from") != made_from:
            return None
        built = told["built"]
        nodes = {name: Node(tuple(node["reads"]), node["seconds"]) for name, node in built.pop("nodes").items()}
        return cls(made_from, told["statements"], Built(**built, nodes=nodes))

    def keep(self, file: Path) -> None:
        """Write it, whole or not at all."""
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        staged = file.with_suffix(f".{os.getpid()}")
        staged.write_text(json.dumps(asdict(self)), encoding="utf-8")
        os.replace(staged, file)

    def send(self, settings: Settings, conditions: Conditions) -> Built:
        """Send everything, each node in a transaction of its own when what it reads from is done.

        Those that most seconds of others wait for go first. Raises psycopg.Error, and FoundSomething for a test; then
        some nodes are done and others are not.
        """
        began = monotonic()
        nodes = self.built.nodes
        waiting = {node: set(nodes[node].reads) & self.statements.keys() for node in self.statements}
        order = sorted(waiting, key=_urgency(nodes), reverse=True)
        running: dict[Future[None], str] = {}
        with Sessions(settings) as sessions, ThreadPoolExecutor(THREADS) as pool:
            try:
                while order or running:
                    ready = [node for node in order if not waiting[node]]
                    for node in ready[: THREADS - len(running)]:
                        order.remove(node)
                        filled = [_filled(one, conditions) for one in self.statements[node]]
                        running[pool.submit(sessions.run, node, filled)] = node
                    done, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        future.result()
                        node = running.pop(future)
                        for others in waiting.values():
                            others.discard(node)
            except BaseException:
                sessions.cancel()  # what is at work is not waited for
                raise
        return Built(self.built.counts, monotonic() - began, self.built.incremental_marts, nodes)


class Sessions:
    """As many connections as there are nodes at work; entered, they are open."""

    def __init__(self, settings: Settings) -> None:
        address = database.plain(database.url(settings, "transformer"))
        self._open: Callable[[], psycopg.Connection[Any]] = lambda: psycopg.connect(
            address, options=OPTIONS, application_name="dbt", prepare_threshold=None
        )
        self._all: list[psycopg.Connection[Any]] = []
        self._free: list[psycopg.Connection[Any]] = []

    def __enter__(self) -> Sessions:
        """Nothing is opened before it is needed: a night may have little to do."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close them; what was not committed is rolled back."""
        for connection in self._all:
            connection.close()

    def run(self, node: str, statements: Sequence[str]) -> None:
        """Run the statements of a node in one transaction. Raises FoundSomething for a test that does."""
        connection = self._taken()
        for statement in statements:
            cursor = connection.execute(statement.encode())
            if node.startswith("test."):
                failures, *wrong = cursor.fetchone() or (None, True)
                if any(wrong):
                    raise FoundSomething(f"{node}: {failures}")
        connection.execute("discard temp")
        connection.commit()
        self._free.append(connection)

    def _taken(self) -> psycopg.Connection[Any]:
        try:
            return self._free.pop()
        except IndexError:  # asked first, another thread could come between
            self._all.append(connection := self._open())
            return connection

    def cancel(self) -> None:
        """End what is at work."""
        for connection in self._all:
            with suppress(psycopg.Error):  # it may have ended, which is why
                connection.cancel_safe(timeout=5)


def build(settings: Settings, *, is_incremental: bool, is_later: bool) -> Built:
    """As ``dbt.build``; by dbt itself where it has not sent before what it would send now, and where that fails."""
    with database.connected(settings, "transformer") as connection:
        made_from = f"{fingerprint.of_project_and_tables(connection)} {connection.engine.url.database}"
        conditions = pending.conditions_by_kind(connection)
    file = settings.dbt / "sent" / f"{'later' if is_later else 'in_part' if is_incremental else 'everything'}.json"
    if script := Script.kept(file, made_from):
        try:
            return script.send(settings, conditions)
        except (psycopg.Error, FoundSomething) as error:
            log.warning("dbt builds everything of this night once more, because %s", type(error).__name__)
    from include.stage5_transformation import dbt  # takes a second

    heard: dict[str, list[str]] = {}

    def hear(event: Any) -> None:
        if event.info.name == "SQLQuery":
            heard.setdefault(event.data.conn_name, []).append(event.data.sql)

    built = dbt.build(settings, is_incremental=is_incremental, is_later=is_later, callbacks=[hear])
    if (script := Script.of(made_from, heard, built, conditions)) and not is_distributed(settings):
        script.keep(file)
    return built


def _is_work(node: str, statement: str) -> bool:
    asked = _TRANSACTION if node.startswith("test.") else _ASKED
    return not asked.match(statement)


def _mark(found: re.Match[str]) -> str:
    return f"/*{found['kind']}:{found['column']}:*/ /*.*/"


def _filled(statement: str, conditions: Conditions) -> str:
    """A statement with its conditions between the marks, as ``is_one_of`` writes them."""

    def written(found: re.Match[str]) -> str:
        condition = conditions[found["kind"]]
        return f"/*{found['kind']}:{found['column']}:*/ {found['column'] + condition if condition else 'true'} /*.*/"

    return _MARKED.sub(written, statement)


def _urgency(nodes: Mapping[str, Node]) -> Callable[[str], float]:
    """Of a node: its own seconds and those of the longest chain of nodes that wait for it."""
    readers: dict[str, list[str]] = {}
    for name, node in nodes.items():
        for other in node.reads:
            readers.setdefault(other, []).append(name)

    @cache
    def urgency(node: str) -> float:
        return nodes[node].seconds + max(map(urgency, readers.get(node, ())), default=0.0)

    return urgency
