"""Answering the deliveries that have news: workbook, receipt and e-mail, a batch a process."""

from __future__ import annotations

import hashlib
import json
import logging
import multiprocessing
import os
import traceback
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import sqlalchemy as sa

from include.contract import load_contract
from include.platform import database
from include.platform.names import path_part
from include.platform.secrets import write_private
from include.platform.settings import Settings
from include.platform.statements import beside
from include.stage3_reading.confined.reader import ConfinedReader
from include.stage3_reading.container.limits import Limits
from include.stage4_validation.statements import Comparison, comparisons
from include.stage7_outputs.answers.news import Told, news, told
from include.stage7_outputs.answers.receipt import receipt_json, receipt_text, signing_key
from include.stage7_outputs.findings.changes import changes
from include.stage7_outputs.findings.deliveries import Delivery, load_deliveries
from include.stage7_outputs.findings.groups import group
from include.stage7_outputs.findings.load_facts import load_facts
from include.stage7_outputs.findings.named import needs
from include.stage7_outputs.mail.contacts import Notice, decide
from include.stage7_outputs.mail.message import compose, compose_notice
from include.stage7_outputs.mail.outbox import has_gone, put
from include.stage7_outputs.workbook.workbook import write_workbook

_SQL = beside(__file__)

log = logging.getLogger(__name__)

#: What was answered and with which findings, below ``STATE/feedback``.
LEDGER = "answered.json"
#: What partners were told last, beside it: to say what has changed since.
TOLD = "told.json"
_DELIVERIES_PER_BATCH = 8
#: Fewer batches are done before other processes have started.
_BATCHES_FOR_PROCESSES = 2
#: How far these processes stand back behind the switch, which goes on beside them in one process and is waited for.
_NICENESS = 10


@dataclass(frozen=True)
class Written:
    """What a night wrote; ``failed`` are deliveries that could not be answered and are tried again next night."""

    workbooks: int = 0
    receipts: int = 0
    mails: int = 0
    failed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """A delivery to answer; ``mail`` says whether its partner is written to, ``to`` at which addresses."""

    submission_id: str
    fingerprint: str
    mail: bool
    project_code: str = ""
    to: tuple[str, ...] = ()
    before: Told | None = None


def write_feedback(settings: Settings, processes: int | None = None) -> Written:
    """Answer every delivery that was judged or settled anew; without news nothing is written.

    To be called once the findings of a night are complete, X01 included. ``processes`` are as many as there are
    processors unless given. A delivery that cannot be answered does not stop the others.
    """
    _make_folders(settings)
    ledger = _read_ledger(settings)
    last_told = _read_ledger(settings, TOLD)
    tasks = [
        replace(task, before=Told(**last_told[task.submission_id])) if task.submission_id in last_told else task
        for task in _addressed(settings, find_news(settings, ledger))
    ]
    # largest first, so that no process is left alone with it at the end
    batches = [tasks[start :: _batch_count(len(tasks))] for start in range(_batch_count(len(tasks)))]
    workbooks = receipts = mails = 0
    failed: list[str] = []
    signing_key(settings)  # made once, before processes ask for it at the same time
    for answers in _run(settings, batches, processes or os.cpu_count() or 1):
        for answer in answers:
            if answer.failed:
                failed.append(answer.submission_id)
                continue
            ledger[answer.submission_id] = answer.fingerprint
            if answer.told:
                last_told[answer.submission_id] = answer.told.as_json()
            workbooks += answer.workbook
            receipts += 1
            mails += answer.mail
        _write_ledger(settings, ledger)
        _write_ledger(settings, last_told, TOLD)  # at last: what is answered again has to know what was told before
    return Written(workbooks, receipts, mails, tuple(sorted(failed)))


def find_news(settings: Settings, ledger: dict[str, str]) -> list[Task]:
    """Deliveries whose answer is not what the ledger says was written, the largest file first."""
    with database.connected(settings, "loader") as connection:
        rows = connection.execute(_SQL("fingerprints")).all()
    # an old version judged anew changes its workbook; only a first answer or news of the last version is mailed
    return [
        Task(row.submission_id, row.fingerprint, row.is_last or row.submission_id not in ledger, row.project_code)
        for row in rows
        if ledger.get(row.submission_id) != row.fingerprint
    ]


def _addressed(settings: Settings, tasks: list[Task]) -> list[Task]:
    """The tasks with who is written to; tells contacts, and addresses named in their place, of each other."""
    if not tasks:
        return tasks
    with database.connected(settings, "loader") as connection:
        projects = sorted({task.project_code for task in tasks})
        recipients, contacts, notices = decide(connection, projects, [task.submission_id for task in tasks])
    for notice in notices:
        _write_notice(settings, notice)
    return [replace(task, to=recipients.get(task.submission_id) or contacts[task.project_code]) for task in tasks]


def _write_notice(settings: Settings, notice: Notice) -> None:
    """One message to each address that was named, one to the contact; each at most once."""
    stem = f"{path_part(notice.project_code)}.contact"
    messages: list[tuple[tuple[str, ...], bool]] = [((one,), False) for one in notice.named]
    if notice.contact:
        messages.append((notice.contact, True))
    for to, is_contact in messages:
        mark = hashlib.sha256("|".join((notice.project_code, *to, *notice.named)).encode()).hexdigest()[:12]
        name = f"{stem}.{mark}.eml"
        if has_gone(settings, name) or (settings.outbox / name).exists():
            continue
        message = compose_notice(notice.project_code, notice.reader, to, notice.named, is_contact, f"{stem}.{mark}")
        put(settings, name, message)


@dataclass(frozen=True)
class _Answer:
    submission_id: str
    fingerprint: str
    workbook: bool = False
    mail: bool = False
    failed: bool = False
    told: Told | None = None


def _batch_count(tasks: int) -> int:
    return -(-tasks // _DELIVERIES_PER_BATCH)


def _run(settings: Settings, batches: list[list[Task]], processes: int) -> Iterator[list[_Answer]]:
    # A task in a worker of Celery may start none: the worker's daemons have no children, and tasks are their forks.
    if processes == 1 or len(batches) < _BATCHES_FOR_PROCESSES or multiprocessing.current_process().daemon:
        with ConfinedReader(Limits.from_environment()) as decoder:
            for batch in batches:
                yield answer_batch(settings, batch, decoder)
        return
    # spawned, not forked: threads of polars and of the caller do not survive a fork
    context, at_most = multiprocessing.get_context("spawn"), min(processes, len(batches))
    with ProcessPoolExecutor(at_most, mp_context=context, initializer=os.nice, initargs=(_NICENESS,)) as pool:
        for done in as_completed([pool.submit(_answer_in_own_process, settings, batch) for batch in batches]):
            yield done.result()


@cache
def _own_decoder() -> ConfinedReader:
    """For all batches of a process, with which it ends: to start one takes longer than a batch keeps it busy."""
    return ConfinedReader(Limits.from_environment())


def _answer_in_own_process(settings: Settings, batch: list[Task]) -> list[_Answer]:
    return answer_batch(settings, batch, _own_decoder())


def answer_batch(settings: Settings, batch: list[Task], decoder: ConfinedReader) -> list[_Answer]:
    """Answer the deliveries of a batch, on a connection of its own."""
    answers = []
    with database.connected(settings, "loader") as connection:
        tasks = {task.submission_id: task for task in batch}
        deliveries = [
            replace(delivery, contact_email=", ".join(tasks[delivery.submission_id].to))
            for delivery in load_deliveries(connection, list(tasks))
        ]
        compared = _compared(connection, deliveries, tasks)
        for delivery in deliveries:
            task = tasks[delivery.submission_id]
            comparison = compared.get(delivery.submission_id, Comparison())
            try:
                answers.append(_answer(settings, connection, decoder, delivery, task, comparison))
            except (sa.exc.OperationalError, MemoryError):
                raise
            except Exception as error:  # one partner's answer never stops the others'
                # types and places only: a message may hold values of the file
                frames = traceback.extract_tb(error.__traceback__)[-4:]
                at = " > ".join(f"{PurePosixPath(frame.filename).name}:{frame.lineno}" for frame in frames)
                log.error("%s could not be answered: %s at %s", task.submission_id, type(error).__name__, at)
                answers.append(_Answer(task.submission_id, task.fingerprint, failed=True))
    return answers


def _answer(
    settings: Settings,
    connection: sa.Connection,
    decoder: ConfinedReader,
    delivery: Delivery,
    task: Task,
    comparison: Comparison,
) -> _Answer:
    folder = settings.feedback / path_part(delivery.project_code)
    folder.mkdir(mode=0o700, exist_ok=True)
    stem = path_part(delivery.submission_id)
    attachments: list[Path] = []
    facts, groups, changed = None, [], None
    if not delivery.is_duplicate:
        facts, groups, changed = load_facts(connection, delivery, comparison), group(delivery), changes(delivery)
        workbook = folder / f"{stem}_{delivery.reader.language}.xlsx"
        archived = settings.archive / delivery.archive_path
        sheets = decoder.sheets(archived, delivery.file_name) if delivery.was_read else []
        write_workbook(workbook, delivery, facts, groups, changed, sheets)
        for old in set(folder.glob(f"{stem}_??.xlsx")) - {workbook}:  # in another language
            old.unlink()
        attachments.append(workbook)
    now = told(delivery, comparison.earlier)
    key = signing_key(settings)
    receipts = (
        (folder / f"{stem}_receipt.json", receipt_json(delivery, key)),
        (folder / f"{stem}_receipt.txt", receipt_text(delivery, key)),
    )
    for path, data in receipts:
        write_private(path, data.decode())
        attachments.append(path)
    since = news(delivery, task.before, now, delivery.reader)
    message_id = f"{stem}.{task.fingerprint[:12]}"
    message = compose(delivery, facts, groups, changed, attachments, message_id, since)
    mailed = task.mail and _write_mail(settings, stem, task, message)
    return _Answer(task.submission_id, task.fingerprint, not delivery.is_duplicate, mailed, told=now)


def _compared(connection: sa.Connection, deliveries: list[Delivery], tasks: dict[str, Task]) -> dict[str, Comparison]:
    """What comes of comparing deliveries with the statements before them, of those where it says or said anything."""
    asked = {}
    for delivery in deliveries:
        before = tasks[delivery.submission_id].before
        rules = {one.rule for one in delivery.findings} | set(before.counting if before else ())
        if rules.intersection(load_contract().found_by("comparison")) or any(
            "comparison" in needs(one) for one in rules
        ):
            asked[delivery.submission_id] = delivery.project_code
    return comparisons(connection, asked) if asked else {}


def _write_mail(settings: Settings, stem: str, task: Task, message: bytes) -> bool:
    """Put a message into the outbox, in place of an older one that still waits; False where it was sent before."""
    name = f"{stem}.{task.fingerprint[:12]}.eml"
    if has_gone(settings, name):
        return False
    for older in set(settings.outbox.glob(f"{stem}.*.eml")) - {settings.outbox / name}:
        older.unlink()
    put(settings, name, message)
    return True


def _make_folders(settings: Settings) -> None:
    """The folders of answers, closed to other users: they hold what partners sent."""
    for folder in (settings.feedback, settings.outbox):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _read_ledger(settings: Settings, name: str = LEDGER) -> dict[str, Any]:
    path = settings.feedback / name
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def _write_ledger(settings: Settings, ledger: dict[str, Any], name: str = LEDGER) -> None:
    write_private(settings.feedback / name, json.dumps(ledger, indent=0, sort_keys=True))
