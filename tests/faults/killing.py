"""``kill -9`` at a random instant of a night, then what has to be true."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import suppress

import psutil
import psycopg

from include.platform import database, postgres
from include.platform.settings import Settings
from tests.faults.trial import Base, Victim

#: Instants are drawn from these: before and after them there is nothing to disturb.
STEPS = (
    *("load_registry", "land_deliveries", "read_batch", "judge_rows", "settle_submissions"),
    *("build_candidates", "reconcile_declared_totals", "switch_marts"),
)

SWITCH = ("switch_marts",)


def instant(base: Base, rng: random.Random) -> tuple[str, float]:
    """A step and a moment in it, in seconds.

    A third of the draws by the time steps take, a third every step alike, a third in the switch, where what was
    published is recorded.
    """
    steps, weights = rng.choice([(STEPS, [base.durations[step] for step in STEPS]), (STEPS, None), (SWITCH, None)])
    (step,) = rng.choices(steps, weights)
    return step, rng.random() * base.durations[step]


def kill_night(base: Base, rng: random.Random, number: int) -> str:
    """The night's process group is killed; the next night finishes what it had begun."""
    step, seconds = instant(base, rng)
    with base.trial(f"night-{number}") as trial, trial.watched():
        victim = trial.begin()
        if victim.wait_for(step):
            time.sleep(seconds)
        victim.kill()
        trial.rerun()
        assert trial.differences() == [], f"killed {seconds:.2f} s into {step}"
        (_, disturbed, reason), (_, after, _) = trial.nights()[-2:]
        assert (disturbed, after) in {("abandoned", "succeeded"), ("succeeded", "succeeded")}
        assert disturbed == "succeeded" or "went on from where it stood" in reason
    return f"night killed {seconds:.2f} s into {step}"


def kill_server(base: Base, rng: random.Random, number: int) -> str:
    """The server is killed and started again; the night is retried and ends by itself."""
    return _disturb_database(base, rng, f"server-{number}", kill_postmaster)


def kill_session(base: Base, rng: random.Random, number: int) -> str:
    """One session's process is killed, as for want of memory: the server empties its unlogged tables and goes on."""
    return _disturb_database(base, rng, f"session-{number}", _kill_backend)


def cut_connections(base: Base, rng: random.Random, number: int) -> str:
    """All sessions of the night are ended by the administrator."""
    return _disturb_database(base, rng, f"cut-{number}", terminate)


def stop_server(base: Base, rng: random.Random, number: int) -> str:
    """The server is stopped in good order and started again."""
    return _disturb_database(base, rng, f"stop-{number}", _restart)


def kill_child(base: Base, rng: random.Random, number: int) -> str:
    """The process that decodes a file is killed: no verdict on the file, and the night goes on."""
    with base.trial(f"child-{number}") as trial, trial.watched():
        victim = trial.begin()
        assert victim.wait_for("read_batch")
        killed = _kill_child(victim, rng.random() * 0.5)
        status, said = victim.end()
        assert status == 0, said
        assert trial.differences() == []
    return f"{killed} reading child killed"


#: What ``kill -9`` may meet.
KILLS = (kill_night, kill_server, kill_session, kill_child)


def _disturb_database(base: Base, rng: random.Random, name: str, fault: Callable[[Settings], None]) -> str:
    step, seconds = instant(base, rng)
    place = f"{fault.__name__.strip('_')} {seconds:.2f} s into {step}"
    with base.trial(name) as trial, trial.watched():
        victim = trial.begin()
        assert victim.wait_for(step)
        time.sleep(seconds)
        fault(trial.settings)
        postgres.ensure_running(trial.settings)
        status, said = victim.end()
        assert status == 0, f"{place}: {said}"
        assert trial.differences() == [], place
        assert trial.nights()[-1][1] == "succeeded"
    return place


def kill_postmaster(settings: Settings) -> None:
    """Kill the server's first process."""
    process = postgres.Server(settings).process()
    assert process is not None
    process.kill()
    psutil.wait_procs([process], timeout=10)


def _restart(settings: Settings) -> None:
    postgres.stop(settings)


def _sessions(settings: Settings) -> list[int]:
    with psycopg.connect(database.plain(database.url(settings))) as connection:
        query = "select pid from pg_stat_activity where usename in ('loader', 'transformer')"
        return [pid for (pid,) in connection.execute(query).fetchall()]


def _kill_backend(settings: Settings) -> None:
    for pid in _sessions(settings)[:1]:
        with suppress(psutil.NoSuchProcess):
            psutil.Process(pid).kill()
    time.sleep(0.3)  # until the postmaster has heard of it


def terminate(settings: Settings) -> None:
    """End every session of the night, as an administrator may."""
    with psycopg.connect(database.plain(database.url(settings))) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename in ('loader', 'transformer')"
        )


def _kill_child(victim: Victim, seconds: float) -> str:
    deadline = time.monotonic() + 60
    while victim.process.poll() is None and time.monotonic() < deadline:
        if child := victim.reading_child():
            time.sleep(seconds)
            with suppress(psutil.NoSuchProcess):
                child.kill()
                return "a"
            return "no"
        time.sleep(0.01)
    return "no"
