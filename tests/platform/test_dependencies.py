"""The lock files and the page of licences."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from include.platform.settings import PROJECT_ROOT

REQUIREMENTS = PROJECT_ROOT / "requirements"
LOCKS = [source.with_suffix(".txt") for source in sorted(REQUIREMENTS.glob("*.in"))]


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, REQUIREMENTS / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


lock, licences = _script("lock"), _script("licences")


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_a_lock_file_pins_each_library_with_its_hashes_and_no_address(path: Path) -> None:
    lines = [line for line in path.read_text().splitlines() if line and not line.lstrip().startswith("#")]
    pins = [number for number, line in enumerate(lines) if not line.startswith(" ")]
    assert pins
    for number in pins:
        assert "==" in lines[number], lines[number]
        assert lines[number + 1].startswith("    --hash=sha256:"), lines[number]
    assert lock.addresses(path.read_text()) == []


@pytest.mark.parametrize(("added", "library"), [("containers", "celery"), ("lineage", "openlineage-python")])
def test_what_is_added_to_the_environment_changes_no_version_of_it(added: str, library: str) -> None:
    texts = ((REQUIREMENTS / f"{name}.txt").read_text() for name in ("environment", added))
    here, there = (dict(re.findall(r"^([\w.-]+)==([^ ;\\]+)", text, re.MULTILINE)) for text in texts)
    shared = here.keys() & there.keys()
    assert "apache-airflow-core" in shared and library in there
    assert {name: there[name] for name in shared} == {name: here[name] for name in shared}


def test_an_address_in_a_lock_file_is_found() -> None:
    for line in ("--index-url https://somebody:secret@registry.example.org/simple", "polars @ file:///wheels/p.whl"):
        assert lock.addresses(f"alembic==1.0\n{line}\n") == [line]


def test_the_page_of_licences_is_fresh() -> None:
    assert licences.PAGE.read_text(encoding="utf-8") == licences.render(), "run make licences"
    assert {"apache-airflow", "dbt-core", "great-expectations", "psycopg", "uv"} <= licences.locked().keys()
    assert {"apache-superset", "brotlicffi", "waitress"} <= licences.locked((licences.SUPERSET_LOCK,)).keys()


def test_the_page_of_licences_is_the_same_where_the_dashboards_are_not_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(licences, "SUPERSET", tmp_path)
    assert licences.PAGE.read_text(encoding="utf-8") == licences.render()


def test_every_licence_is_said_and_fits() -> None:
    assert licences.unfitting() == []
    assert "not said" not in licences.render()
