"""DAG ``validate``: every row of the night against every rule."""

from __future__ import annotations

from include.platform.nights import Night


def judge_rows(night: Night) -> None:
    """Great Expectations at once over all submissions that no night has judged by today's registry and rules.

    Findings gather beside the published ones. Finding and judging is one step: a second one costs a quiet night more
    than most of its steps take.
    """
    from include.stage4_validation.validate import judge, prepare

    if prepare(night.engine("loader")):
        judge(night.engine("loader"), night.data_docs)


def settle_submissions(night: Night) -> None:
    """Publish the findings, apply waivers and withdrawals, decide statuses and versions: in one transaction."""
    from include.stage4_validation.validate import conclude

    conclude(night.engine("loader"), night.data_docs, night.night_id)


STEPS = (judge_rows, settle_submissions)
