"""Points of divisions in ``dbt_project/seeds/territory_places.csv``, from Natural Earth 1:10m (public domain).

``python -m include.contract.division_places TABLE`` writes them anew from the attributes of Natural Earth's
``ne_10m_admin_1_states_provinces``, a CSV file downloaded by hand:
``csv_with_names/10m_cultural/ne_10m_admin_1_states_provinces.csv`` of github.com/Raysphere24/NaturalEarthCsvTsv as of
10 May 2022. Another file is said to be another; the ``.dbf`` of Natural Earth, saved as CSV in UTF-8, has its columns.

A division's point is that of the row of its ISO 3166-2 code, ``latitude`` and ``longitude``, to four decimals. Peru's
districts (``territory_places``) stay as they are, and so does what the table has not: PA-10 is younger, and GeoNames'.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from include.contract import territory_places
from include.contract.model import seed
from include.contract.territory_places import Point

#: SHA-256 of the table that the seed was made from.
MADE_FROM = ("17166e44d0c78dc663366e2af3bf86ab9da48e84be7b123f7fad5598c5ee2fc1",)
#: Codes that ISO has changed since -> today's.
_CODES_NOW = {
    "GT-GU": "GT-01", "GT-PR": "GT-02", "GT-SA": "GT-03", "GT-CM": "GT-04",
    "GT-ES": "GT-05", "GT-SR": "GT-06", "GT-SO": "GT-07", "GT-TO": "GT-08",
    "GT-QZ": "GT-09", "GT-SU": "GT-10", "GT-RE": "GT-11", "GT-SM": "GT-12",
    "GT-HU": "GT-13", "GT-QC": "GT-14", "GT-BV": "GT-15", "GT-AV": "GT-16",
    "GT-PE": "GT-17", "GT-IZ": "GT-18", "GT-ZA": "GT-19", "GT-CQ": "GT-20",
    "GT-JA": "GT-21", "GT-JU": "GT-22", "MX-DIF": "MX-CMX",
}  # fmt: skip
#: Rows of the table that have their neighbour's code, by ``adm1_code``.
_MISCODED = {"COL-1399": "CO-DC"}  # Bogotá, as Cundinamarca


def render(table: Iterable[Mapping[str, str]]) -> str:
    """The seed with the points of divisions made anew.

    Raises KeyError where the table lacks a column, ValueError where a point is no number.
    """
    points = {_code(row): (float(row["latitude"]), float(row["longitude"])) for row in table if row["iso_3166_2"]}
    found: dict[tuple[str, str], tuple[str, Point]] = {
        (row["country"], row["territory_code"]): ("division", points[row["iso_3166_2"]])
        for row in seed("territory_places")
        if row["country"] != "PE" and row["iso_3166_2"] in points
    }
    return territory_places.rendered(found)


def _code(row: Mapping[str, str]) -> str:
    return _MISCODED.get(row["adm1_code"], _CODES_NOW.get(row["iso_3166_2"], row["iso_3166_2"]))


def main(arguments: Sequence[str]) -> int:
    """Write the seed; 2 where no table is named, or what is named is none."""
    if len(arguments) != 1:
        sys.stderr.write("Name one file: the CSV of Natural Earth's ne_10m_admin_1_states_provinces.\n")
        return 2
    (content,) = territory_places.read(arguments, MADE_FROM)
    try:
        text = render(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    except (KeyError, ValueError) as error:
        sys.stderr.write(f"{arguments[0]} is no table of Natural Earth's divisions in UTF-8: {error}\n")
        return 2
    Path(territory_places.PLACES).write_text(text, encoding="utf-8")
    sys.stdout.write(f"{territory_places.PLACES}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
