"""The dashboards of a trial: readers let in as docs/dashboards.md says see what make dashboards-test compares."""

from __future__ import annotations

from include.dashboards.pages import load_pages
from tests.compose.trial import Trial
from tests.dashboards.__main__ import tried
from tests.dashboards.reader import COUNTRY, PEOPLE, both_signed_in

#: So many that each page is drawn for the programme's and for the office's reader.
DRAWS = 14


def let_in(trial: Trial) -> dict[str, str]:
    """A reader of the programme and one of a country office; by name their passwords."""
    trial.administer("grant-country", COUNTRY=COUNTRY)
    office = {"LOGIN": f"bi_{COUNTRY.lower()}"}
    user = ("python", "-m", "include.dashboards.container", "user")
    return {
        name: trial.run("dashboards-init", *user, NAME=name, ROLE="viewer", **(office if country else {})).split()[-1]
        for name, country in PEOPLE.items()
    }


def try_pages(trial: Trial, passwords: dict[str, str]) -> None:
    """Figures, pages in a browser where there is one, attacks. Raises AssertionError where anything is wrong."""
    assert tried(trial.settings, passwords, DRAWS, seed=1) == 0


_LOOK = """
import socket
from contextlib import suppress
from pathlib import Path
print(*(path for path in Path("/state").rglob("*") if path.is_file() and path.parts[2] != "superset"))
for name in ("postgres", "redis", "airflow-api-server"):
    with suppress(OSError):
        print(name, len(socket.getaddrinfo(name, 0)) > 0)
"""


def try_what_the_server_sees(trial: Trial) -> None:
    """Of STATE Superset's own folder alone, of the network the database. Raises AssertionError for anything else."""
    found = trial.compose("exec", "-T", "dashboards", "python", "-c", _LOOK)
    assert found.split() == ["postgres", "True"], found


def sign_in(trial: Trial, passwords: dict[str, str]) -> None:
    """Both sign in, and are shown periods."""
    one = next(one for one in load_pages()["programme"].filters if one.one)
    with both_signed_in(trial.settings, passwords) as readers:
        for reader in readers.values():
            assert reader.values(one, "es")
