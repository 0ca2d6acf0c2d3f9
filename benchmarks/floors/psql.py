"""Floor of the transformation: the statements that dbt ran, run again by psql with as many connections.

A node waits for those it reads from and for nothing else; what dbt asks the database for its own sake is left out.
"""

from __future__ import annotations

import os
import subprocess
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

_DONE = "--done--"


class StatementFailed(Exception):
    """psql ended, with what it said."""


@dataclass
class Session:
    """A psql that runs one script after the other on one connection."""

    program: Path
    url: str
    options: str
    process: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        self.process = subprocess.Popen(
            [str(self.program), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, self.url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PGOPTIONS": f"{self.options} -c client_min_messages=warning"},
        )
        self.run([])

    def run(self, statements: Sequence[str]) -> None:
        """Run statements and wait for the end of the last one."""
        assert self.process.stdin
        assert self.process.stdout
        ended = [statement.rstrip().rstrip(";") + "\n;\n" for statement in statements]
        self.process.stdin.write("".join(ended) + f"\\echo {_DONE}\n")
        self.process.stdin.flush()
        said = []
        for line in self.process.stdout:
            if line.strip() == _DONE:
                return
            said.append(line)
        raise StatementFailed("".join(said)[-2000:])

    def end(self) -> None:
        """Let the connection go."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def replay(
    sessions: Sequence[Session], statements: Mapping[str, Sequence[str]], reads: Mapping[str, Sequence[str]]
) -> None:
    """Run the statements of every node, each node when all it ``reads`` from are done."""
    free: SimpleQueue[Session] = SimpleQueue()
    for session in sessions:
        free.put(session)

    def run(node: str) -> str:
        session = free.get()
        try:
            session.run(statements[node])
        finally:
            free.put(session)
        return node

    waiting = {node: {other for other in reads[node] if other in statements} for node in statements}
    ready = deque(sorted((node for node, others in waiting.items() if not others), key=_models_first))
    running: set[Future[str]] = set()
    with ThreadPoolExecutor(len(sessions)) as pool:
        while ready or running:
            while ready and len(running) < len(sessions):
                node = ready.popleft()
                del waiting[node]
                running.add(pool.submit(run, node))
            done, running = wait(running, return_when=FIRST_COMPLETED)
            finished = {future.result() for future in done}
            for node, others in waiting.items():
                if others & finished and not (others := others - finished):
                    ready.append(node)
                waiting[node] = others
            ready = deque(sorted(ready, key=_models_first))


def _models_first(node: str) -> tuple[bool, str]:
    """Others wait for models and nobody waits for a test."""
    return not node.startswith("model."), node
