"""DAG ``validate``: every row of the night against every rule."""

from __future__ import annotations

from include.platform.nights import Night


def prepare_rows(night: Night) -> int:
    """Find the submissions that no night has judged by today's registry and rules; returns how many."""
    from include.stage4_validation.validate import prepare

    return prepare(night.engine("loader"))


def judge_rows(night: Night, submissions: int) -> None:
    """Great Expectations over all of them at once; findings gather beside the published ones."""
    if submissions:
        from include.stage4_validation.validate import judge

        judge(night.engine("loader"), night.data_docs)


def settle_submissions(night: Night) -> None:
    """Publish the findings, apply waivers and withdrawals, decide statuses and versions: in one transaction."""
    from include.stage4_validation.validate import conclude

    conclude(night.engine("loader"), night.data_docs, night.night_id)


STEPS = (prepare_rows, judge_rows, settle_submissions)
