"""Decoding in a child process: what a file does to its decoder is a finding about the file and nothing else."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from include.platform.settings import PROJECT_ROOT
from include.stage3_reading.cells.sheet_cells import SheetCells, unpack_sheets
from include.stage3_reading.confined.child import NO_MEMORY
from include.stage3_reading.confined.handover import read_message, unpack, write_message
from include.stage3_reading.container.limits import MEGABYTE, Limits
from include.stage3_reading.sheets.reading import Reading, refused

if TYPE_CHECKING:
    from include.stage3_reading.confined.redaction import Redaction

log = logging.getLogger(__name__)

#: Reason of a file that asked for more memory than it may have.
NEEDS_MEMORY = "needs more memory than allowed"

#: A child that has once been larger is replaced, so that each file finds the memory it may have.
_RENEW_ABOVE = 768 * MEGABYTE
#: All a child is told of its surroundings: where programs and libraries are. No password, no key, no URL.
_FROM_OUTSIDE = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL")
_ENVIRONMENT = {
    "PYTHONPATH": str(PROJECT_ROOT),
    "PYTHONSAFEPATH": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "POLARS_MAX_THREADS": "1",  # batches run side by side already
    "MALLOC_ARENA_MAX": "2",  # each would reserve 64 MB of the address space that the limit counts
}

_OUT_OF_TIME = (signal.SIGXCPU, signal.SIGALRM)
#: What an allocator that is refused ends with, and the system when its own memory ends.
_OUT_OF_MEMORY = (signal.SIGABRT, signal.SIGKILL)
#: So often a child is started or asked again that was killed from outside, which says nothing of the file.
_ATTEMPTS = 3
#: Somebody stops the whole night; the file has no part in it.
_STOPPED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class DecoderStopped(RuntimeError):
    """The child did not start, or was told to stop: nothing is known of the file."""


class ConfinedReader:
    """Reads files in a child process, in a new one where a file has brought the last one down.

    A context manager; the child starts with the first file.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._child: _Child | None = None
        self._is_fresh = True

    def __enter__(self) -> ConfinedReader:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._end()

    def read(self, path: Path, file_name: str) -> Reading:
        """The reading of an archived file, without keyed hashes.

        F01 or F02 where the child does not survive it, with the reason in ``details``. Raises OSError where ``path``
        cannot be opened and DecoderStopped where the fault is not the file's.
        """
        return self.read_files([(path, file_name)])[0]

    def read_files(self, files: Sequence[tuple[Path, str]]) -> list[Reading]:
        """The readings of archived files that the child is given at once; if it does not survive them, one by one.

        What brings a child down is thus known of the file that does it alone. Raises like :meth:`read`.
        """
        for path, _ in files:
            with path.open("rb"):
                pass  # an archive that lost a file is no fault of the partner's
        # A child may have suffered from what it read before, or somebody killed it: neither is the file's fault.
        numbers = range(1, _ATTEMPTS + 1) if len(files) == 1 else [1]
        attempts = (self._attempt(files, is_last=number == _ATTEMPTS) for number in numbers)
        readings = next((readings for readings in attempts if readings is not None), None)
        if readings is None and len(files) > 1:
            return [self.read(*file) for file in files]
        if readings is None:
            raise DecoderStopped("a new child process counts as one that has read before")
        for reading in readings:
            reason = reading.details.get("refused", {}).get("reason", "")
            if reason.startswith("unforeseen"):
                log.error("reading failed: %s", reason)  # types and places, no values
        return readings

    def sheets(self, path: Path, file_name: str) -> list[SheetCells]:
        """Every sheet of a file that ``read`` got through, cell by cell; none where the child does not survive it.

        Raises OSError where ``path`` cannot be opened and DecoderStopped where no child starts.
        """
        with path.open("rb"):
            pass
        for _ in range(_ATTEMPTS):
            child = self._child or self._start()
            self._is_fresh = False
            try:
                content, frames = self._ask(child, [(path, file_name)], "sheets")
            except (EOFError, OSError):
                status = self._end()
                log.warning("the decoding process ended with status %s while showing a file", status)
                if status == -signal.SIGKILL:  # from outside: the file was read before within the same limits
                    continue
                return []
            if content["peak_bytes"] > _RENEW_ABOVE:
                self._end()
            return unpack_sheets(content["sheets"], frames)
        return []

    def redacted(self, path: Path, redaction: Redaction) -> bytes:
        """The bytes of a file that ``read`` got through, with the replacements.

        Raises ValueError with the reason where the file does not take them, OSError where ``path`` cannot be opened and
        DecoderStopped where no child starts.
        """
        with path.open("rb"):
            pass
        status = 0
        for _ in range(_ATTEMPTS):
            child = self._child or self._start()
            self._is_fresh = False
            asked = {"redaction": redaction.as_message()}
            try:
                content, attached = self._ask(child, [(path, path.name)], "redacted", **asked)
            except (EOFError, OSError):
                status = self._end()
                if status == -signal.SIGKILL:
                    continue
                break
            self._end()  # it has written workbooks: a reading starts afresh
            if fault := content["redacted"].get("fault"):
                raise ValueError(fault)
            return attached["file"]
        raise ValueError(_verdict(status, self._limits)[1])

    def _attempt(self, files: Sequence[tuple[Path, str]], *, is_last: bool = False) -> list[Reading] | None:
        """One try; None where a child did not survive it that had read other files before, or several now.

        A kill from outside (an operator's, or the system's for want of memory) says nothing of the file either, unless
        it comes again and again: a file that takes more than a child may have ends it in other ways.
        """
        child = self._child or self._start()
        was_fresh, self._is_fresh = self._is_fresh, False
        try:
            content, frames = self._ask(child, files, "readings")
            readings = unpack(content["readings"], frames)
        except (EOFError, OSError):
            status = self._end()
            if status in [-number for number in _STOPPED]:
                raise DecoderStopped("the decoding process was told to stop") from None
            verdict = _verdict(status, self._limits)
            log.warning("the decoding process ended with status %s: %s", status, verdict)
            is_certain = was_fresh and (is_last or status != -signal.SIGKILL)
            is_certain = is_certain or status in [-number for number in _OUT_OF_TIME]
            return [refused(*verdict)] if is_certain and len(files) == 1 else None
        if content["peak_bytes"] > _RENEW_ABOVE:
            self._end()
        return readings

    def _ask(
        self, child: _Child, files: Sequence[tuple[Path, str]], wanted: str, **more: Any
    ) -> tuple[dict[str, Any], dict[str, bytes]]:
        asked = [(str(path), file_name) for path, file_name in files]
        request = {"limits": asdict(self._limits), "files": asked, "wanted": wanted, **more}
        write_message(child.requests, request)
        return read_message(child.answers, self._limits.max_memory_bytes)

    def _start(self) -> _Child:
        status = 0
        for _ in range(_ATTEMPTS):
            self._child, self._is_fresh = _Child(), True
            try:
                read_message(self._child.answers, MEGABYTE)
            except EOFError:
                status = self._end()
                if status != -signal.SIGKILL:
                    break
            else:
                return self._child
        raise DecoderStopped(f"the decoding process did not start, status {status}")

    def _end(self) -> int:
        child, self._child = self._child, None
        return child.end() if child else 0


class _Child:
    """A decoding process and the two pipes to it."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "include.stage3_reading.confined.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**{name: os.environ[name] for name in _FROM_OUTSIDE if name in os.environ}, **_ENVIRONMENT},
            cwd="/",
            start_new_session=True,  # what stops the night stops this process, and its end the child
        )
        self.requests = cast(BinaryIO, self.process.stdin)
        self.answers = cast(BinaryIO, self.process.stdout)

    def end(self) -> int:
        """Lets the process go, and returns its exit status."""
        for pipe in (self.requests, self.answers):
            with suppress(OSError):  # a request that it did not live to take
                pipe.close()
        try:
            return self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def _verdict(status: int, limits: Limits) -> tuple[str, str, str]:
    """Rule, reason and cause for a file that ended its decoder with ``status``."""
    if status == -signal.SIGXCPU:
        return "F02", f"takes more than {limits.max_cpu_seconds} seconds of computing", "too_much"
    if status == -signal.SIGALRM:
        return "F02", f"takes more than {limits.max_wall_seconds} seconds", "too_much"
    if status == NO_MEMORY or status in [-number for number in _OUT_OF_MEMORY]:
        return "F02", NEEDS_MEMORY, "too_much"
    return "F01", f"unforeseen end of the decoding process, status {status}", "damaged"
