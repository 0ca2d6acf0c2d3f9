"""The audit of the record sees what there is, and that there is nothing to see."""

from __future__ import annotations

from include.platform.settings import Settings
from tests.conftest import PROGRAMME_AS_OF
from tests.record.audit import Audit
from tests.record.seen import Seen

_BEFORE = Seen("before", PROGRAMME_AS_OF, "", {}, {}, {}, {}, {}, {})


def test_a_night_that_counted_no_row_is_a_past_state_like_any_other(programme: Settings) -> None:
    """As though the programme had come with the second night."""
    audit = Audit([_BEFORE])
    assert audit.look(programme, "programme", PROGRAMME_AS_OF) == []
    assert len(audit.seen) == 2 and len(audit.seen[-1].counted) > 100
