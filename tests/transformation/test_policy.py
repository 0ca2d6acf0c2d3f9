"""The rules of docs/dbt_testing.md, held against dbt's manifest."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import ModelNode

from include.contract.indicators import load_indicators
from include.contract.model import seed
from include.dashboards import exposures, semantic_models
from include.dashboards.definition import load_definition
from include.stage5_transformation import dictionary
from include.stage5_transformation.dbt import PROJECT, parse

#: Columns of the marts whose values are a closed list that a dashboard filters by.
CLOSED_LISTS = {
    ("submission_status", "status"),
    ("submission_status", "timeliness"),
    ("indicator_progress", "verdict"),
    ("claims_ledger", "verdict"),
    ("claims_ledger", "relation"),
    ("kpi_headline", "scope_type"),
    ("counted_row", "evidence_grade"),
    ("dim_rule", "severity"),
    ("dim_project", "pillar"),
}


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return parse(tmp_path_factory.mktemp("parse"))


def _models(manifest: Manifest, folder: str) -> Iterator[ModelNode]:
    found = [node for node in manifest.nodes.values() if isinstance(node, ModelNode) and node.path.startswith(folder)]
    assert found, folder
    yield from found


def _tests(manifest: Manifest) -> dict[str, list]:
    """Model -> the data tests that look at it."""
    tests = defaultdict(list)
    for node in manifest.nodes.values():
        if node.resource_type == "test":
            for depended in node.depends_on.nodes:
                tests[depended].append(node)
    assert len(tests) > 30
    return tests


def _kind(test: object) -> str:
    metadata = getattr(test, "test_metadata", None)
    return metadata.name if metadata else "singular"


def test_every_test_is_on_and_fails_hard(manifest: Manifest) -> None:
    tests = {test.unique_id: test for found in _tests(manifest).values() for test in found}
    assert len(tests) > 45
    assert not [name for name in manifest.disabled if name.startswith("test.")]
    soft = [
        test.name
        for test in tests.values()
        if (test.config.severity.lower(), test.config.error_if, test.config.where, test.config.limit)
        != ("error", "!= 0", None, None)
    ]
    assert soft == []


def test_models_behind_the_marts_are_described(manifest: Manifest) -> None:
    for folder in ("staging", "intermediate"):
        for model in _models(manifest, folder):
            assert len(model.description) > 30, model.name


def test_a_staging_model_reads_one_source_and_nothing_else(manifest: Manifest) -> None:
    for model in _models(manifest, "staging"):
        assert [name.split(".")[0] for name in model.depends_on.nodes] == ["source"], model.name


def test_an_intermediate_model_is_tested(manifest: Manifest) -> None:
    """By a unit test or a data test of its own, or by one that compares what a model on top of it says."""
    own = {test.model for test in manifest.unit_tests.values()}
    tested = {id_ for id_, found in _tests(manifest).items() if found}
    users = defaultdict(set)
    for node in manifest.nodes.values():
        if isinstance(node, ModelNode):
            for depended in node.depends_on.nodes:
                users[depended].add(node.unique_id)
    compared = {
        node
        for found in _tests(manifest).values()
        for test in found
        if _kind(test) in ("adds_up_to_headline", "singular")
        for node in test.depends_on.nodes
    }
    untested = [
        model.name
        for model in _models(manifest, "intermediate")
        if model.name not in own and model.unique_id not in tested and not users[model.unique_id] & compared
    ]
    assert untested == []


def test_a_mart_has_a_contract_a_key_and_a_grain(manifest: Manifest) -> None:
    tests, of_units = _tests(manifest), {test.model for test in manifest.unit_tests.values()}
    for model in dictionary.published(manifest):
        assert model.config.contract.enforced, model.name
        assert re.search(r"One row |One row in all", model.description), f"{model.name}: name the grain"
        if model.config.materialized == "view":
            is_tested = tests[model.unique_id] or model.name in of_units
            assert is_tested or model.depends_on.nodes[0].startswith("source."), model.name
        else:
            keys = [constraint for constraint in model.constraints if constraint.type == "primary_key"]
            assert len(keys) == 1, model.name


def test_what_is_kept_says_what_a_night_rebuilds(manifest: Manifest) -> None:
    """By units the macros know; a mart besides has the column its pending rows are found by at publication."""
    kept = [node for node in manifest.nodes.values() if isinstance(node, ModelNode)]
    kept = [model for model in kept if model.config.materialized == "incremental"]
    assert len(kept) > 40
    macro = (PROJECT / "macros" / "rebuilt.sql").read_text(encoding="utf-8")
    compared = " ".join(re.findall(r"unit (?:in|==) [^%]+", macro))
    units = set(re.findall(r"'([^']+)'", compared))
    for model in kept:
        assert model.config.meta["rebuilt_by"] in units, model.name
        if model.columns and model.path.startswith(("marts", "restricted")):
            assert {"project_code", "scope_type", "enterprise_key"} & set(model.columns), model.name


def test_what_a_night_leaves_as_it_is_follows_from_code_and_seeds(manifest: Manifest) -> None:
    marts = list(_models(manifest, "marts"))
    of_seeds = {
        model.name for model in marts if all(name.startswith("seed.") for name in model.depends_on.nodes or ["none"])
    }
    left = {model.name for model in marts if "follows_code" in model.config.tags}
    assert left == of_seeds
    assert len(left) == 21
    assert all("follows_code" in model.config.tags for model in _models(manifest, "staging"))
    assert not any("follows_code" in model.config.tags for model in _models(manifest, "intermediate"))


def test_what_a_later_night_builds_is_all_that_follows_from_the_load_date(manifest: Manifest) -> None:
    """But for the periods that have ended, which make everything anew where they are others."""
    models = {model.unique_id: model for model in manifest.nodes.values() if model.resource_type == "model"}
    (load_date,) = (name for name, model in models.items() if model.name == "stg_load_date")
    assert [s for s in manifest.sources.values() if s.name == "night"] == [
        manifest.sources[name] for name in models[load_date].depends_on.nodes
    ]
    assert not any(
        name.endswith(".ops.night")
        for other, model in models.items()
        if other != load_date
        for name in model.depends_on.nodes
    )
    later, more = set[str](), {load_date}
    while more:
        more = {
            name
            for name, model in models.items()
            if more.intersection(model.depends_on.nodes) and model.name != "int_periods" and name not in later
        }
        later |= more
    assert {models[name].name for name in later} == {
        model.name for model in models.values() if "follows_load_date" in model.config.tags
    }
    assert len(later) == 5


def test_descriptions_say_more_than_names(manifest: Manifest) -> None:
    assert _filler(list(_said(manifest))) == []


def test_descriptions_are_for_who_reads_the_marts(manifest: Manifest) -> None:
    """No file of the project, nor a seed of dbt's: a reader has the tables, and what they say of themselves."""
    unknown = re.compile(
        r"\b[\w/-]+\.(?:md|csv|py|sql|yml)\b|\bseeds?\b|\bdbt\b|\bmake [a-z]+-[a-z]+|`[a-z_]+/[a-z_/]+`|`raw`"
    )
    said_of = [(place, said) for place, table, said in _said(manifest) if table != "row_as_received"]  # the officer's
    found = [f"{place}: {text[0]}" for place, said in said_of if (text := unknown.findall(said))]
    assert found == []


def test_what_a_description_leads_to_is_there(manifest: Manifest) -> None:
    """Tables and code lists that descriptions name are ones that the reader has."""
    lists = {row["code_list"] for row in seed("labels")}
    places = list(_said(manifest))
    tables = {table for _, table, _ in places}
    named = [
        (place, name, known)
        for place, _, said in places
        for pattern, known in ((r"`((?:dim|fct|kpi|bridge)_\w+)`", tables), (r"\blist `(\w+)`", lists))
        for name in re.findall(pattern, said)
    ]
    assert len({name for _, name, _ in named}) > 20
    functions = {"kpi_headline_on"}
    assert [f"{place}: {name}" for place, name, known in named if name not in known | functions] == []


def test_no_description_says_another_tables_sentence(manifest: Manifest) -> None:
    """What is the same wherever it stands is said once, in _columns.md, and of columns of one name."""
    tables, written = defaultdict(set), ""
    for file in (PROJECT / "models" / "marts").rglob("_*.yml"):
        text = file.read_text(encoding="utf-8")
        written += " ".join(text.split())
        for model in _described(yaml.safe_load(text)):
            for column in model.get("columns", []):
                said = " ".join(column["description"].split())
                tables[said].add((model["name"], column["name"]))
    repeated = {said: places for said, places in tables.items() if len({table for table, _ in places}) > 1}
    assert len(repeated) > 15
    twice = {said: places for said, places in repeated.items() if written.count(said) > 1}
    assert {said: places for said, places in twice.items() if not said.startswith("{{ doc(")} == {}
    renamed = {
        said: {column for _, column in places}
        for said, places in repeated.items()
        if len({column.removeprefix("owner_").removeprefix("counting_") for _, column in places}) > 1
    }
    assert renamed == {}


def test_what_is_of_no_file_does_not_speak_of_one(manifest: Manifest) -> None:
    """Figures, targets and lists of words are no deliveries: what a delivery's columns say is not true of theirs."""
    of_files = re.compile(r"\b(?:file arrived|drop folder|the version reports)\b")
    without = {
        model.name
        for model in dictionary.published(manifest)
        if not {"submission_id", "file_name"} & set(model.columns)
    }
    assert len(without) > 30
    found = [place for place, table, said in _said(manifest) if table in without and of_files.search(said)]
    assert found == []


def _described(properties: dict) -> Iterator[dict]:
    yield from properties.get("models", [])
    for source in properties.get("sources", []):
        yield from source["tables"]


def _said(manifest: Manifest) -> Iterator[tuple[str, str, str]]:
    """Place, table and description of every table and column of the marts, those included that are not dbt's."""
    tables = [*dictionary.published(manifest)]
    tables += [source for name in ("record", "releases") for source in dictionary.kept(manifest, name)]
    assert len(tables) > 60
    for table in tables:
        yield table.name, table.name, table.description
        for name, column in table.columns.items():
            yield f"{table.name}.{name}", table.name, column.description


_NO_WORDS = {
    "the",
    "a",
    "an",
    "of",
    "this",
    "is",
    "in",
    "by",
    "it",
    "its",
    "to",
    "for",
    "and",
    "or",
    "as",
    "on",
    "with",
}


def _filler(said: list[tuple[str, str, str]]) -> list[str]:
    """Places whose description has fewer than two words that are neither in the name nor say nothing."""
    found = []
    for place, _, description in said:
        name = place.rpartition(".")[2]
        words = set(re.findall(r"\w+", description.lower())) - set(name.split("_"))
        if len(words - _NO_WORDS) < 2:
            found.append(place)
    return found


def test_closed_lists_are_tested(manifest: Manifest) -> None:
    tested = {
        (manifest.nodes[test.attached_node].name, column)
        for found in _tests(manifest).values()
        for test in found
        if _kind(test) == "columns_hold"
        for column in test.test_metadata.kwargs.get("lists", {})
    }
    assert tested >= CLOSED_LISTS


def test_breakdowns_add_up_and_say_that_stocks_do_not(manifest: Manifest) -> None:
    tests, held = _tests(manifest), []
    for model in _models(manifest, "marts/breakdowns"):
        (test,) = [test for test in tests[model.unique_id] if _kind(test) == "adds_up_to_headline"]
        kpis = test.test_metadata.kwargs["kpis"]
        held += kpis
        assert "never add periods" in model.description, model.name
        assert "never add periods" in model.columns["period"].description, model.name
        assert all(kpi in model.raw_code for kpi in kpis) or f"like '{kpis[0]}%'" in model.raw_code, model.name
    assert sorted(held) == sorted(load_indicators()), "each indicator in exactly one breakdown"
    for name in ("kpi_headline", "kpi_waterfall", "kpi_by_item", "indicator_progress"):
        model = manifest.nodes[f"model.alinvest_verde.{name}"]
        assert re.search(r"never add|neither periods", model.description, re.IGNORECASE), name


def test_what_analysts_pick_a_period_of_is_found_by_it(manifest: Manifest) -> None:
    """Marts with a row a period and slice, or a workbook's row: one period is a small part of a long history."""
    large = [*_models(manifest, "marts/breakdowns"), *_models(manifest, "marts/facts")]
    for folder in ("marts/evidence", "marts/results"):
        large += [model for model in _models(manifest, folder) if model.config.materialized == "incremental"]
    unindexed = {
        model.name for model in large if not any(index["columns"][0] == "period" for index in model.config["indexes"])
    }
    assert unindexed == {"fct_submission", "fct_finding"}


def test_descriptions_reach_the_database(manifest: Manifest) -> None:
    for model in dictionary.published(manifest):
        assert model.config.persist_docs == {"relation": True, "columns": True}, model.name


def test_singular_tests_say_what_holds() -> None:
    files = sorted((PROJECT / "tests").glob("*.sql"))
    assert len(files) > 5
    for file in files:
        assert file.read_text(encoding="utf-8").startswith("-- "), file.name


def test_exposures_are_the_pages_of_the_dashboards(manifest: Manifest) -> None:
    """And what reads marts beside them; dbt has found every table that they name."""
    assert exposures.FILE.read_text(encoding="utf-8") == exposures.render(), "run make generated"
    shown = {node for exposure in manifest.exposures.values() for node in exposure.depends_on.nodes}
    names = {node.rsplit(".", 1)[1] for node in shown}
    assert {"kpi_headline", "kpi_by_item", "kpi_evidence", "result_summary", "fct_result", "figure_change"} <= names


def test_metrics_are_those_of_the_definition(manifest: Manifest) -> None:
    """dbt's parser has validated them: a manifest with metrics it does not accept is none."""
    assert semantic_models.FILE.read_text(encoding="utf-8") == semantic_models.render(), "run make generated"
    metrics = {metric.name: metric for metric in manifest.metrics.values()}
    written = [one for one in load_definition().measures.values() if semantic_models.is_metric(one)]
    assert metrics.keys() == {measure.name for measure in written}
    assert metrics.keys() >= load_indicators().keys()
    assert {measure.table for measure in written} == {model.name for model in manifest.semantic_models.values()}
    for model in manifest.semantic_models.values():
        columns = manifest.nodes[f"model.alinvest_verde.{model.name}"].columns
        missing = {dimension.expr or dimension.name for dimension in model.dimensions} - columns.keys()
        assert not missing, f"{model.name} has no column {missing}"


def test_a_stock_is_not_added_up_over_periods(manifest: Manifest) -> None:
    measures = [measure for model in manifest.semantic_models.values() for measure in model.measures]
    stocks = [measure for measure in measures if load_definition().measures[measure.name].kpi]
    assert len(stocks) > 90
    for measure in stocks:
        beside = measure.non_additive_dimension
        assert beside and (beside.name, beside.window_choice.value) == ("period_end", "max"), measure.name


def test_the_data_dictionary_is_up_to_date(manifest: Manifest) -> None:
    written = dictionary.DICTIONARY.read_text(encoding="utf-8")
    assert written == dictionary.render(manifest), "run python -m include.stage5_transformation.dictionary"


def test_nothing_of_the_page_is_forgotten() -> None:
    """The page and this file name each other."""
    page = (Path(__file__).parents[2] / "docs" / "dbt_testing.md").read_text(encoding="utf-8")
    assert "tests/transformation/test_policy.py" in page


def test_no_key_comes_from_a_sequence(manifest: Manifest) -> None:
    """On a distributed PostgreSQL the nodes would count apart."""
    for node in manifest.nodes.values():
        assert "nextval" not in (node.raw_code or ""), node.name
        for column in node.columns.values():
            assert "serial" not in (column.data_type or ""), (node.name, column.name)
