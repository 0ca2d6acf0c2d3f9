"""Great Expectations over the night's tables: which rules are broken, and how often."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import great_expectations as gx
import sqlalchemy as sa
from great_expectations.core import ExpectationValidationResult
from great_expectations.data_context.types.base import (
    DataContextConfig,
    FilesystemStoreBackendDefaults,
    ProgressBarsConfig,
)

from expectations.rule_expectation import ExpectRowsToKeepRule
from expectations.suites import Suites
from include.platform.causes import tells_of_lost_connection
from include.stage4_validation import data_docs
from include.stage4_validation.broken import BrokenRule

_DATASOURCE = "warehouse"


class ExpectationCrashed(Exception):
    """A rule could not be judged; that must never pass for a rule that was kept."""


class WarehouseLost(ExpectationCrashed, ConnectionError):
    """As ExpectationCrashed, because the connection to the database was cut: trying again helps."""


class Judge:
    """A Great Expectations context on ``work`` that keeps its results in ``folder``.

    The results of a night's stages meet there, so that its Data Docs show all of them; the connection, which holds
    a password, is not kept.
    """

    def __init__(self, engine: sa.Engine, folder: Path):
        # its per-metric progress and its notices are of no use in a task's log
        logging.getLogger("great_expectations").setLevel(logging.WARNING)
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.context = gx.get_context(
            mode="ephemeral",
            project_config=DataContextConfig(
                store_backend_defaults=FilesystemStoreBackendDefaults(root_directory=str(folder)),
                data_docs_sites=data_docs.sites(folder),
                progress_bars=ProgressBarsConfig(globally=False),
                analytics_enabled=False,
            ),
        )
        self.source = self.context.data_sources.add_postgres(
            _DATASOURCE, connection_string=engine.url.render_as_string(hide_password=False)
        )

    def run(self, suites: Suites) -> list[BrokenRule]:
        """Judge every table by its suite, all rules of a table in one SELECT.

        Raises ExpectationCrashed with the rules that could not be judged.
        """
        broken: list[BrokenRule] = []
        for table, expectations in suites.items():
            broken.extend(self._run_suite(table, expectations))
        return broken

    def _run_suite(self, table: str, expectations: list[ExpectRowsToKeepRule]) -> list[BrokenRule]:
        asset = self.source.add_table_asset(table, schema_name="work", table_name=table)
        batch = asset.add_batch_definition_whole_table("tonight")
        suite = self.context.suites.add_or_update(gx.ExpectationSuite(name=table, expectations=expectations))
        definition = self.context.validation_definitions.add_or_update(
            gx.ValidationDefinition(name=table, data=batch, suite=suite)
        )
        result = definition.run(result_format="BASIC")  # a checkpoint would add nothing but its own record
        crashed = [r for r in result.results if r.exception_info and "unexpected_count" not in r.result]
        if crashed:
            rules = ", ".join(sorted({_meta(r)["rule"] for r in crashed}))
            told = crashed[0].exception_info
            said = f"rules {rules} could not be judged on work.{table}: {_reason(told)}"
            raise (WarehouseLost if tells_of_lost_connection(str(told)) else ExpectationCrashed)(said)
        return [
            BrokenRule(
                table=table,
                rule=_meta(r)["rule"],
                column=_meta(r)["column"],
                violated_when=_meta(r)["violated_when"],
                failing_rows=r.result["unexpected_count"],
            )
            for r in result.results
            if not r.success
        ]

    def build_data_docs(self) -> None:
        """Pages for the operator, of every result kept in ``folder``; they open without the network."""
        self.context.build_data_docs()
        data_docs.remove_unused(self.folder)


def _reason(told: dict[str, Any]) -> str:
    """What the database said, without the statement; GX tells it once, or for each of the rule's metrics."""
    metrics = [told] if "exception_message" in told else told.values()
    return "; ".join(sorted({str(one["exception_message"]).partition("\n[SQL:")[0] for one in metrics}))


def _meta(result: ExpectationValidationResult) -> dict[str, Any]:
    """What ``expectations.rule_expectation.rule`` said of the expectation, and its condition."""
    configuration = result.expectation_config
    if configuration is None:
        raise ExpectationCrashed("a result came without its expectation")
    return {**(configuration.meta or {}), "violated_when": configuration.kwargs["violated_when"]}
