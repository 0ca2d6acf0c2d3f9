"""Somebody who reads the dashboards through Superset's own interface, signed in as everybody does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx

from include.dashboards import assets, charts, logins, people, process, session
from include.dashboards.pages import Filter, Tile
from include.platform import country_offices
from include.platform.settings import Settings

#: The office whose reader is there beside the programme's.
COUNTRY = "PE"
_LOGIN = "dashboards_test"
#: Who reads for a test, and the country of whose office he is.
PEOPLE: dict[str, str | None] = {"test.programme": None, "test.country": COUNTRY}


class Reader:
    """A session of a person; ``rows`` asks a tile as the browser does."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self._datasets: dict[str, int] = {}

    @property
    def cookies(self) -> dict[str, str]:
        return dict(self.client.cookies)

    def rows(self, tile: Tile, language: str, filters: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
        """The rows of a tile under filters: column -> values chosen. Raises AssertionError where it is refused."""
        return self.asked(tile.dataset.name, language, charts.query(tile, filters))

    def values(self, one: Filter, language: str) -> list[Any]:
        """What a filter offers, in its order."""
        order = [[one.order or one.column, not one.descending]]
        metrics = [one.order] if one.order else []
        question = {"columns": [one.column], "metrics": metrics, "orderby": order, "row_limit": 1000}
        return [row[one.column] for row in self.asked(one.dataset.name, language, question)]

    def asked(self, dataset: str, language: str, question: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rows of one query of a dataset."""
        answer = self.client.post(
            "/api/v1/chart/data",
            json={
                "datasource": {"id": self.dataset(dataset, language), "type": "table"},
                "queries": [question],
                "result_format": "json",
                "result_type": "full",
            },
        )
        assert answer.status_code == 200, f"{answer.status_code}: {answer.text[:600]}"
        rows: list[dict[str, Any]] = answer.json()["result"][0]["data"]
        return rows

    def dataset(self, name: str, language: str) -> int:
        """Superset's number of a dataset."""
        if not self._datasets:
            answer = self.client.get("/api/v1/dataset/", params={"q": "(page_size:200,columns:!(id,uuid))"})
            assert answer.status_code == 200, answer.text[:600]
            self._datasets = {one["uuid"]: one["id"] for one in answer.json()["result"]}
        return self._datasets[assets.identifier("dataset", name, language)]


@contextmanager
def signed_in(settings: Settings, name: str, password: str) -> Iterator[Reader]:
    """A session of somebody. Raises PlatformError where the password is refused."""
    with session.signed_in(settings, name, password) as client:
        yield Reader(client)


@contextmanager
def both_made(settings: Settings) -> Iterator[dict[str, str]]:
    """A reader of the programme and one of a country office, by name their passwords, for as long as it lasts."""
    country_offices.grant_country(settings, COUNTRY, _LOGIN)
    try:
        yield {
            name: str(
                people.let_in(settings, name, "viewer", _LOGIN if country else logins.PROGRAMME, is_new_password=True)
            )
            for name, country in PEOPLE.items()
        }
    finally:
        process.set_up(settings, {"gone": list(PEOPLE)})
        country_offices.revoke_country(settings, _LOGIN)
        logins.tell(settings)


@contextmanager
def both_signed_in(settings: Settings, passwords: Mapping[str, str]) -> Iterator[dict[str | None, Reader]]:
    """Sessions of the two, by country; None is the programme's."""
    with ExitStack() as stack:
        yield {
            country: stack.enter_context(signed_in(settings, name, passwords[name])) for name, country in PEOPLE.items()
        }
