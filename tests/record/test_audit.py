"""The audit of the record sees what there is, and that there is nothing to see; its draws bring causes."""

from __future__ import annotations

from pathlib import Path

from include.platform.settings import Settings
from tests.conftest import PROGRAMME_AS_OF
from tests.record.audit import Audit
from tests.record.seen import Seen
from tests.record.software import Software

_BEFORE = Seen("before", PROGRAMME_AS_OF, "", {}, {}, {}, {}, {}, {})


def test_a_night_that_counted_no_row_is_a_past_state_like_any_other(programme: Settings) -> None:
    """As though the programme had come with the second night."""
    audit = Audit([_BEFORE])
    assert audit.look(programme, "programme", PROGRAMME_AS_OF) == []
    assert len(audit.seen) == 2 and len(audit.seen[-1].counted) > 100


def test_rules_that_are_put_into_shadow_take_out_rows_that_would_count(programme: Settings, tmp_path: Path) -> None:
    software = Software(tmp_path)
    said = software.turn_rules(programme)
    assert said == f"in shadow: {', '.join(sorted(software.in_shadow))}" and software.in_shadow
    assert software.turn_rules(programme) == said.replace("in shadow", "enforced again") and not software.in_shadow
