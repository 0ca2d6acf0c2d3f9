"""Points of Peru's districts from two lists of places, on a sample of each."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from include.contract import territory_places
from include.contract.model import seed
from include.contract.territory_places import Place, points, render


def _place(name: str, department: str, latitude: float, longitude: float) -> dict[str, object]:
    return {
        "name": name,
        "countrycode": "PE",
        "admin1code": department,
        "latitude": latitude,
        "longitude": longitude,
    }


def _with_province(place: dict[str, object], province: str) -> dict[str, object]:
    return {
        "name": place["name"],
        "country": "PE",
        "admin2": province,
        "lat": str(place["latitude"]),
        "lng": str(place["longitude"]),
    }


def test_a_districts_point_is_the_place_of_its_name() -> None:
    districts = {
        "010101": "Chachapoyas",
        "010102": "Asunción",
        "010103": "San Juan",
        "010201": "San Juan",
        "020101": "Huaraz",
    }
    places = [
        Place("Chachapoyas", "0101", (-6.0, -77.0)),
        Place("SAN-JUAN", "01", (-6.2, -77.2)),  # its province is not known: of two the nearer one
        Place("San Juan", "01", (-5.0, -78.0)),
        Place("San Juan", "0102", (-5.2, -78.4)),
        Place("Huaraz", "01", (-6.1, -77.1)),  # of another department
    ]
    found = points(districts, places)
    assert found["010101"] == ("district", (-6.0, -77.0))
    assert found["010103"] == ("district", (-6.2, -77.2))
    assert found["010102"] == ("province", pytest.approx((-6.1, -77.1)))
    assert found["010201"][0] == "district"
    assert "020101" not in found


def test_a_place_of_another_province_is_not_the_districts() -> None:
    places = [Place("Andabamba", "0103", (-6.6, -78.8)), Place("Jumbilla", "0102", (-5.9, -77.8))]
    found = points({"010201": "Andabamba", "010202": "Jumbilla"}, places)
    assert found["010201"] == ("province", (-5.9, -77.8))


def test_only_points_of_peru_are_made_anew() -> None:
    ancon = _place("Ancón", "LMA", -11.77, -77.17)
    made = list(csv.DictReader(io.StringIO(render([ancon], [_with_province(ancon, "1501")]))))
    before = seed("territory_places")
    changed = {new["territory_code"]: new for new, old in zip(made, before, strict=True) if new != old}
    assert changed["150102"]["latitude"] == "-11.7700"
    assert changed["150102"]["point_of"] == "district"
    assert changed["150101"]["point_of"] == "province"
    assert {code[:4] for code in changed} == {"1501"}
    assert {row["iso_3166_2"] for row in changed.values()} == {"PE-LIM"}


def test_another_file_is_said_to_be_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(territory_places, "PLACES", tmp_path / "places.csv")
    for name, content in (("cities500.json", {}), ("cities.json", [])):
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    arguments = [str(tmp_path / "cities500.json"), str(tmp_path / "cities.json")]
    assert territory_places.main(arguments) == 0
    assert capsys.readouterr().err.count("another file than the one") == 2
    assert (tmp_path / "places.csv").read_bytes() == (territory_places.SEEDS / "territory_places.csv").read_bytes()
    assert territory_places.main(arguments[:1]) == 2
