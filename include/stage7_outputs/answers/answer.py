"""The answers of one night, complete or with the deliveries that lack theirs."""

from __future__ import annotations

from include.platform.errors import PlatformError
from include.platform.settings import Settings
from include.stage7_outputs.answers.write import write_feedback


def answer_partners(settings: Settings) -> None:
    """Answer every delivery with news. Raises PlatformError naming those that could not be answered.

    The others are answered all the same, and the next night tries again.
    """
    written = write_feedback(settings)
    if written.failed:
        raise PlatformError(f"{len(written.failed)} deliveries could not be answered: {', '.join(written.failed)}")
