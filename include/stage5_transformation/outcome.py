"""What a build came to, known without dbt, which takes a second to import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


class TransformationFailed(Exception):
    """dbt could not build or a test found something; the message names every model and test with its reason."""


class WarehouseLost(TransformationFailed, ConnectionError):
    """As TransformationFailed, because the connection to the database was cut: trying again helps."""


@dataclass(frozen=True)
class Node:
    """A model or test that was run: what it reads from, by dbt's names, and the seconds it took."""

    reads: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Built:
    """What one run did: nodes by kind (``model``, ``seed``, ``test``, ``unit_test``) and its seconds."""

    counts: dict[str, int]
    seconds: float
    #: models of the marts that keep rows from one build to the next -> column of the period that these are as of, or ""
    incremental_marts: Mapping[str, str] = field(default_factory=dict)
    #: dbt's name of each -> what it was
    nodes: Mapping[str, Node] = field(default_factory=dict)
