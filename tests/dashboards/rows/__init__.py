"""What tiles should show, counted from rows: a second way that shares no SQL with the datasets.

Rows are those that count (``marts.counted_row``) with the attributes of their report, read as the administrator; a
country office's reader is given those of its own projects. Only words for codes come from the same dimensions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from include.dashboards.pages import Tile
from tests.dashboards.rows.business_volume import BusinessVolume
from tests.dashboards.rows.figure import Figure
from tests.dashboards.rows.green_jobs import GreenJobs
from tests.dashboards.rows.partners import Partners
from tests.dashboards.rows.programme import Programme
from tests.dashboards.rows.standards import Standards
from tests.dashboards.rows.training import Training
from tests.dashboards.rows.warehouse import Expected


class Rows(Programme, GreenJobs, Standards, BusinessVolume, Training, Partners, Figure):
    """The rows of a warehouse, and what tiles should show of them; a module a page."""

    def expected(
        self, tile: Tile, language: str, filters: Mapping[str, Sequence[Any]], country: str | None
    ) -> Expected | None:
        """What a tile should show; None where it is nothing that is counted, such as a text.

        ``country`` is that of a country office's reader.
        """
        ways: dict[str, Callable[..., Expected]] = {
            "figures": self._figures,
            "beside": self._beside,
            "results": self._results,
            "summary": self._summary,
            "items": self._items,
            "volume_spread": self._volume_spread,
            "funnel": self._funnel,
            "topics": self._topics,
            "changes": self._changes,
            "deliveries": self._deliveries,
            "findings": self._findings,
            "overlap": self._overlap,
            "evidence": self._evidence,
            "cohorts": self._cohorts,
            "lapsing": self._lapsing,
        }
        way = ways.get(tile.dataset.name)
        return way(tile, language, filters, country) if way else None

    def _summary(
        self, tile: Tile, language: str, filters: Mapping[str, Sequence[Any]], country: str | None
    ) -> Expected:
        """Of the nominal change of business volume its parts, of all else what the rows say of enterprises and jobs."""
        way = self._volume_parts if tile.by == ("part",) else self._results
        return way(tile, language, filters, country)
