"""``python -m tests.compose FOLDER``: docker-compose.yml tried with an engine, from nothing to nothing.

Up with two workers, a night over the sample programme, figures compared; readers of the dashboards let in, tiles and
attacks as ``make dashboards-test`` has them; a period closed by two people; all of it read again while a worker is
killed, figures compared; down, up, figures compared; a backup, brought back into new volumes. FOLDER is kept for the
next trial: it holds the base image's files. With ``--keep`` the containers stay, to be looked at. Needs root, docker,
docker-compose and debootstrap, and package registries in reach.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from include.platform.settings import PROJECT_ROOT
from tests.compose import closing, dashboards, images
from tests.compose.trial import Trial

REFILL = (
    "from include.operations.rebuild import refill_ledger; from include.platform.settings import Settings;"
    " print(refill_ledger(Settings.from_environment(), replace=True).deliveries)"
)


def main(folder: Path, sample: str = "hostile") -> int:
    """Say what was done and how long it took. Raises AssertionError at what is not as it should be."""
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {text}", flush=True)

    folder.mkdir(parents=True, exist_ok=True)
    images.make_base(folder)
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        trial = Trial(Path(name), sample)
        try:
            trial.compose("build", "airflow-scheduler", "dashboards")
            images.make_stand_ins()
            trial.compose("down", "--volumes", "--remove-orphans")  # of a trial that was kept
            say("images")
            trial.up()
            say("up: all healthy, two workers")
            _dags_are_there(trial)
            said = trial.run("night")
            assert said.startswith("The night ") and "load date 2025-03-01" in said, said
            say(said)
            assert trial.differences() == []
            made_up = trial.compose("exec", "-T", "airflow-worker", "ls", "/state/secrets")
            assert made_up == "", "a secret that is not told is made up, and is another in each container"
            hosts = {host for *_, host in trial.tasks("state = 'success'")}
            assert len(hosts) == 2, hosts
            say("figures as expected, tasks done by two workers")
            passwords = dashboards.let_in(trial)
            dashboards.try_what_the_server_sees(trial)
            say("readers of the dashboards let in")
            releases = closing.close_a_period(trial)
            assert releases == [(closing.PERIOD, "ana", "luis")], releases
            say(f"{closing.PERIOD} closed by two people")
            dashboards.try_pages(trial, passwords)
            say("dashboards: tiles as the rows say, an office's reader sees her country alone")
            _kill_a_worker(trial, say)
            trial.compose("down")
            trial.write_env()
            trial.up()
            _is_all_there(trial, passwords, releases)
            say("down and up again: the data are there")
            _back_up_and_restore(trial)
            _is_all_there(trial, passwords, releases)
            say("restored into new volumes: the data are there")
        finally:
            if "--keep" not in sys.argv:
                trial.compose("down", "--volumes", "--remove-orphans")
    say("down, nothing left")
    return 0


def _dags_are_there(trial: Trial) -> None:
    """Every DAG is parsed and none has an error."""
    errors = trial.airflow_rows("select filename, stacktrace from import_error")
    assert errors == [], errors
    found = {name for (name,) in trial.airflow_rows("select dag_id from dag where not is_stale and not is_paused")}
    assert found == {file.stem for file in (PROJECT_ROOT / "dags").glob("*.py")}, found


def _kill_a_worker(trial: Trial, say: Callable[[str], None]) -> None:
    """All is read again, and a worker is killed while it reads."""
    trial.run("init", "python", "-c", REFILL)
    night = subprocess.Popen(trial.command("run", "--rm", "night"), stdout=subprocess.PIPE, text=True)
    killed = trial.kill_a_worker()
    say(f"worker {killed} killed while it reads")
    said, _ = night.communicate()
    assert night.returncode == 0, said
    assert trial.differences() == []
    again = trial.tasks("task_id = 'read_batch' and state = 'success' and try_number > 1")
    assert again, "no task was tried again"
    say(f"figures as expected, {len(again)} task(s) tried again")


def _is_all_there(trial: Trial, passwords: dict[str, str], releases: list[tuple]) -> None:
    """Figures, releases, people of Airflow and of the dashboards."""
    assert trial.differences() == []
    assert trial.rows(closing.RELEASES) == releases
    dashboards.sign_in(trial, passwords)


def _back_up_and_restore(trial: Trial) -> None:
    """A backup in a folder of this machine; with it and .env everything begins anew."""
    folder = trial.folder / "backups"
    folder.mkdir()
    folder.chmod(0o777)  # of user 10001
    for command in ("backup", "restore"):
        told = ("-e", "FILE=/backups/warehouse.tar", "--volume", f"{folder}:/backups")
        trial.compose("run", "--rm", "-T", *told, "init", "python", "-m", "include", command)
        if command == "backup":
            trial.compose("down", "--volumes")
    trial.up()


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]).resolve()))
