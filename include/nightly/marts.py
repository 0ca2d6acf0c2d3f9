"""DAG ``marts``: dbt builds and tests the candidates of all marts."""

from __future__ import annotations

from include.platform.nights import Night


def build_candidates(night: Night) -> None:
    """Staging, intermediate and candidate marts with their tests; nothing is built where nothing changed."""
    from include.stage5_transformation.inputs import build_if_changed

    build_if_changed(night.settings)


STEPS = (build_candidates,)
