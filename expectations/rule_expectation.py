"""The expectation every rule is made of: no row of the batch fulfils the rule's condition.

All rules of a sheet are counted by Great Expectations in one SELECT; the same condition then writes every failing
row to ``ops.finding`` (``include/stage4_validation/findings.py``), so what is judged and what is listed cannot differ.
"""

from __future__ import annotations

from typing import Any, ClassVar

import sqlalchemy as sa
from great_expectations.core import ExpectationValidationResult
from great_expectations.execution_engine import ExecutionEngine, SqlAlchemyExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.expectations.metrics.map_metric_provider import (
    ColumnMapMetricProvider,
    column_condition_partial,
)
from great_expectations.render.components import LegacyRendererType, RenderedStringTemplateContent
from great_expectations.render.renderer.renderer import renderer
from great_expectations.validator.validator import ValidationDependencies

from include.contract import load_contract

_METRIC = "rows.keep_rule"

#: Great Expectations knows three severities; the rule's own stands in ``meta``.
_GX_SEVERITY = {
    "critical": FailureSeverity.CRITICAL,
    "error": FailureSeverity.CRITICAL,
    "warning": FailureSeverity.WARNING,
    "info": FailureSeverity.INFO,
}


class RowsKeepRule(ColumnMapMetricProvider):
    """Map metric: whether a row is free of the rule's condition (an unknown condition counts as free).

    A *column* map, though the condition may read any column of the batch: only those are bundled into one SELECT.
    """

    condition_metric_name = _METRIC
    condition_value_keys = ("violated_when",)

    @column_condition_partial(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(cls, column: sa.ColumnElement[Any], **kwargs: Any) -> sa.ColumnElement[Any]:
        return sa.literal_column(f"(({kwargs['violated_when']}) is not true)", sa.Boolean)


class ExpectRowsToKeepRule(ColumnMapExpectation):
    """Expect that no row of the batch fulfils ``violated_when``, a SQL condition over the batch's columns.

    ``meta`` carries the rule id and the column at which a failing row is reported.
    """

    violated_when: str

    map_metric: ClassVar[str] = _METRIC
    success_keys: ClassVar[tuple[str, ...]] = ("mostly", "violated_when")

    def get_validation_dependencies(
        self,
        execution_engine: ExecutionEngine[Any] | None = None,
        runtime_configuration: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> ValidationDependencies:
        """The counts and nothing else: no sample of rows, which may hold personal data, leaves the database."""
        counts_only = {**(runtime_configuration or {}), "result_format": {"result_format": "BOOLEAN_ONLY"}}
        dependencies = super().get_validation_dependencies(execution_engine, counts_only)
        dependencies.result_format = {**dependencies.result_format, "result_format": "BASIC"}
        return dependencies

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: ExecutionEngine[Any] | None = None,
    ) -> dict[str, Any]:
        failing = int(metrics[f"{_METRIC}.unexpected_count"] or 0)
        judged = int(metrics["table.row_count"] or 0)
        return {
            "success": failing == 0,
            "result": {
                "element_count": judged,
                "unexpected_count": failing,
                "unexpected_percent": 100 * failing / judged if judged else 0.0,
                "partial_unexpected_list": [],
            },
        }

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    def _prescriptive_renderer(
        cls,
        configuration: ExpectationConfiguration | None = None,
        result: ExpectationValidationResult | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> list[RenderedStringTemplateContent]:
        meta = (configuration.meta if configuration else None) or {}
        template = "**$rule** ($severity), at $column: $what_it_says"
        params = {name: meta.get(name) or "the row" for name in ("rule", "severity", "column", "what_it_says")}
        return [
            RenderedStringTemplateContent(
                content_block_type="string_template",
                string_template={"template": template, "params": params, "styling": {}},
            )
        ]


def rule(rule_id: str, column: str | None, violated_when: str) -> ExpectRowsToKeepRule:
    """The expectation that rule ``rule_id`` is kept, reported at ``column`` (None: at the row).

    Severity and meaning come from the rule catalogue; an unknown ``rule_id`` is a KeyError.
    """
    entry = load_contract().rules[rule_id]
    return ExpectRowsToKeepRule(
        column="submission_id",
        violated_when=" ".join(violated_when.split()),
        severity=_GX_SEVERITY[entry.severity],
        meta={
            "rule": rule_id,
            "severity": entry.severity,
            "column": column,
            "what_it_says": entry.what_it_says,
        },
    )
