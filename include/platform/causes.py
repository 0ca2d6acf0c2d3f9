"""What a failure is put down to: whether trying again helps, and what the operator reads of it."""

from __future__ import annotations

import errno
import re

import psycopg
import sqlalchemy as sa

#: What PostgreSQL and its client say of a connection that is no more or not yet, in the words that dbt and Great
#: Expectations pass on as text.
_LOST = re.compile(
    "server closed the connection|connection to server|terminating connection|the database system is"
    "|consuming input failed|connection is (closed|lost)|connection already closed|SSL connection has been closed"
    "|could not (receive data from|send data to) server|no connection to the server|Connection refused"
)
_FULL = re.compile("No space left on device|Disk quota exceeded|temp_file_limit")

NEXT_STEP_FULL = (
    "The disk is full: make room where STATE and the database are, then run the night again. "
    "Nothing is lost, and readers keep the figures they had."
)
NEXT_STEP_INBOX = (
    "See that the store of INBOX runs and that this user may list it, then run the night again. Nothing was taken."
)
NEXT_STEP_LOST = (
    "The database was lost and did not come back in time: see that it runs, then run the night again. "
    "Nothing is lost, and readers keep the figures they had."
)


class WorkLost(ConnectionError):
    """What a step before had left in the database is gone, by a crash or another night: to be done again."""


class InboxUnreadable(ConnectionError):
    """The partners' inbox cannot be reached or listed at all."""


def tells_of_lost_connection(text: str) -> bool:
    """Whether a message is about a connection to PostgreSQL that was cut or refused."""
    return bool(_LOST.search(text)) and not tells_of_full_disk(text)


def tells_of_full_disk(text: str) -> bool:
    """Whether a message is about a disk without room, PostgreSQL's or this machine's."""
    return bool(_FULL.search(text))


def is_full_disk(error: BaseException) -> bool:
    """Whether the error, or what it came from, is a disk without room; a retry would find it just as full."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    return isinstance(error, Exception) and tells_of_full_disk(str(error))


def is_passing(error: BaseException) -> bool:
    """Whether trying again may help: a lost connection does, a bad workbook, registry or a full disk does not."""
    return not is_full_disk(error) and isinstance(
        error,
        sa.exc.OperationalError | sa.exc.InterfaceError | psycopg.OperationalError | ConnectionError | TimeoutError,
    )


def is_of_database(error: BaseException) -> bool:
    """Whether the error is PostgreSQL's own, whose text may show a row."""
    return isinstance(error, sa.exc.DBAPIError | psycopg.Error)


def harmless(error: BaseException) -> str:
    """What an error says, without what a database adds to it: its detail shows the row at fault, names included."""
    said = str(error.orig) if isinstance(error, sa.exc.DBAPIError) else str(error)
    return said.splitlines()[0] if is_of_database(error) and said else said or type(error).__name__


def in_words(error: BaseException) -> str:
    """What the operator reads in ``ops.night``: the cause, and the next step where we know one."""
    said = harmless(error)
    if is_full_disk(error):
        return f"{said}\n{NEXT_STEP_FULL}"
    if isinstance(error, InboxUnreadable):
        return f"{said}\n{NEXT_STEP_INBOX}"
    return f"{said}\n{NEXT_STEP_LOST}" if is_passing(error) else said
