"""The process that decodes: it takes paths from its standard input and gives readings, and cannot do much else.

It has limits on memory, on the time a file may take and on what it may write (nothing), no secrets and no descriptors
but its two pipes. ``confined`` starts it and judges how it ends.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl

from include.stage3_reading.cells.sheet_cells import every_sheet, pack_sheets
from include.stage3_reading.confined.handover import pack, read_message, write_message
from include.stage3_reading.confined.redaction import Redaction
from include.stage3_reading.container.limits import Limits
from include.stage3_reading.sheets.reading import read_files

#: Exit status after a request for memory that the limit did not allow.
NO_MEMORY = 77

_MAX_REQUEST = 10_000_000
_MAX_OPEN_FILES = 64


def main() -> None:
    """Reads files until there are no more requests.

    A request holds ``limits`` (of memory, the first one's count; of time, the request's), ``files`` (path and name) and
    what is ``wanted``: ``readings``, all ``sheets`` of a file as they were sent, or the bytes of a file ``redacted`` as
    its ``redaction`` says. A greeting precedes the first answer, so that whoever waits for it knows that later trouble
    has to do with a file.
    """
    requests, answers = _only_the_pipes()
    write_message(answers, {"ready": True})
    confined = False
    while True:
        try:
            request, _ = read_message(requests, _MAX_REQUEST)
        except EOFError:
            return
        limits = Limits(**request["limits"])
        if not confined:
            _confine(limits)
            confined = True
        _start_the_clock(limits)
        try:
            files = [(Path(path), name) for path, name in request["files"]]
            content, attachments = _answer(files, limits, request)
        except MemoryError:
            os._exit(NO_MEMORY)
        _stop_the_clock()
        write_message(answers, {request["wanted"]: content, "peak_bytes": _peak_bytes()}, attachments)


def _answer(files: list[tuple[Path, str]], limits: Limits, request: dict[str, Any]) -> tuple[Any, dict[str, bytes]]:
    """Content and attachments of an answer. Raises MemoryError, and nothing else."""
    if request["wanted"] == "readings":
        return pack(read_files(files, limits))
    if request["wanted"] == "redacted":
        return _redacted(files[0][0], request["redaction"])
    try:
        return pack_sheets(every_sheet(*files[0], limits))
    except MemoryError:
        raise
    except (Exception, pl.exceptions.PanicException):  # whoever read it before knows why; there is nothing to show
        return pack_sheets([])


def _redacted(path: Path, redaction: dict[str, Any]) -> tuple[Any, dict[str, bytes]]:
    try:
        from include.stage3_reading.confined.rewriting import redacted  # openpyxl, which no other reading needs

        return {}, {"file": redacted(path, Redaction(**redaction))}
    except MemoryError:
        raise
    except Exception as error:  # its type only: its words may hold values of the file
        return {"fault": type(error).__name__}, {}


def _only_the_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes under numbers nobody writes to by accident; what libraries print goes nowhere.

    Messages of a decoder that panics may hold what stands in a file, and logs must not.
    """
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    sys.stdout.flush()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    return requests, answers


def _confine(limits: Limits) -> None:
    for number in (signal.SIGXCPU, signal.SIGALRM):  # whoever started the parent may have them ignored or blocked
        signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])
    _limit(resource.RLIMIT_AS, limits.max_memory_bytes)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, _MAX_OPEN_FILES)


def _limit(what: int, value: int) -> None:
    """Lower a limit for good; systems that do not know one, or have a lower one, stay as they are."""
    with suppress(ValueError, OSError):
        resource.setrlimit(what, (value, value))


def _start_the_clock(limits: Limits) -> None:
    """Both clocks end the process by a signal whatever it is doing then."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    until = int(used.ru_utime + used.ru_stime) + 1 + limits.max_cpu_seconds
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (until, hard))
    signal.setitimer(signal.ITIMER_REAL, limits.max_wall_seconds)


def _stop_the_clock() -> None:
    signal.setitimer(signal.ITIMER_REAL, 0)


def _peak_bytes() -> int:
    """Most memory since this program began; what the system counts of a process has its parent's at the fork in it."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text("ascii", "replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak: int = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    main()
