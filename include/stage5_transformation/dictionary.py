"""The data dictionary, written from the descriptions that the marts carry.

``python -m include.stage5_transformation.dictionary`` writes ``docs/data_dictionary.md``.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import ModelNode, SourceDefinition

from include.platform.settings import PROJECT_ROOT
from include.stage5_transformation.dbt import parse

DICTIONARY = PROJECT_ROOT / "docs" / "data_dictionary.md"

_HEAD = """# Data dictionary

Written by `include/stage5_transformation/dictionary.py` from the descriptions in `dbt_project/models`; not edited
by hand. The same words are comments in the database, where BI tools show them. Columns in **bold** are the key.

Figures of indicators are stocks as of a period's last day: pick one period and never add periods. Enterprises count
once in each scope, so figures of projects, countries or value chains need not add up to the programme's.
"""

_RECORD = "What was published when, and why it changed (`marts`)"
#: The heading that stands before that of the record.
_BEFORE_RECORD = "marts/evidence"

#: Folder below ``models`` -> heading, in the order a reader needs them.
_SECTIONS = {
    "marts/indicators": "Headline figures (`marts`)",
    "marts/results": "Targets, grants, stages, cohorts, savings, waivers (`marts`)",
    "marts/breakdowns": "Figures by everything a dashboard slices by (`marts`)",
    "marts/evidence": "The rows behind the figures (`marts`)",
    "marts/releases": "What was signed (`marts`)",
    "marts/partners": "Projects, deliveries, quality (`marts`)",
    "marts/facts": "Facts (`marts`)",
    "marts/dimensions": "Dimensions (`marts`)",
    "restricted": "For the monitoring officer (`restricted`)",
}


def published(manifest: Manifest) -> list[ModelNode]:
    """The models others read, in the order of the dictionary."""
    models = [node for node in manifest.nodes.values() if isinstance(node, ModelNode)]
    return [
        model
        for folder in _SECTIONS
        for model in sorted(models, key=lambda model: model.name)
        if str(Path(model.path).parent) == folder
    ]


def render(manifest: Manifest) -> str:
    """Text of the dictionary: every published table and view with its columns."""
    models = published(manifest)
    parts = [_HEAD]
    for folder, heading in _SECTIONS.items():
        parts.append(f"\n## {heading}\n")
        if folder == "marts/releases":
            parts += [_kept_table(source, models) for source in kept(manifest, "releases")]
        parts += [_table(model) for model in models if str(Path(model.path).parent) == folder]
        if folder == _BEFORE_RECORD:
            parts.append(f"\n## {_RECORD}\n")
            parts += [_kept_table(source, models) for source in kept(manifest, "record")]
    return "".join(parts)


def kept(manifest: Manifest, source_name: str) -> list[SourceDefinition]:
    """The tables of the marts that are not dbt's, ``record`` or ``releases``, in the order of their file."""
    found = manifest.sources.values()
    return [source for source in found if source.source_name == source_name and source.columns]


def _kept_table(source: SourceDefinition, models: list[ModelNode]) -> str:
    of_mart = next((model.columns for model in models if model.name == source.meta.get("columns_of")), {})
    key = source.meta.get("key", ())
    rows = "".join(
        f"| {f'**{name}**' if name in key else name} | {column.data_type} | {_cell(column.description)} |\n"
        for name, column in {**of_mart, **source.columns}.items()
    )
    head = f"\n### {source.name}\n{source.description.strip()}\n\n"
    return f"{head}| column | type | what it is |\n|---|---|---|\n{rows}"


def _table(model: ModelNode) -> str:
    key = {column for constraint in model.constraints for column in constraint.columns}
    kind = " (view)" if model.config.materialized == "view" else ""
    rows = "".join(
        f"| {f'**{name}**' if name in key else name} | {column.data_type} | {_cell(column.description)} |\n"
        for name, column in model.columns.items()
    )
    head = f"\n### {model.name}{kind}\n{model.description.strip()}\n\n"
    return f"{head}| column | type | what it is |\n|---|---|---|\n{rows}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> None:
    """Write the dictionary."""
    with tempfile.TemporaryDirectory() as folder:
        DICTIONARY.write_text(render(parse(Path(folder))), encoding="utf-8")


if __name__ == "__main__":
    main()
