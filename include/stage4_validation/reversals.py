"""The guard on verdicts: what a night would take back of what was accepted.

A list that lost a value, a rule that says more than was meant or a waiver register saved empty returns accepted
deliveries by the dozen, empties the marts and writes to every partner. Some of that happens in good order; much of it
waits for a word of the operator.
"""

from __future__ import annotations

from collections import Counter

import sqlalchemy as sa

from include.platform import nights
from include.platform.acceptances import REVERSALS, VARIABLES, is_accepted

#: So many accepted current versions may turn to returned in one night, and so large a share of them.
REVERSALS_MAX = 5
REVERSALS_SHARE = 0.10
#: So many of them are named.
_NAMED = 40

STEP = "settle_submissions"

_CURRENT = "select submission_id from ops.submission where is_current order by submission_id"

_RULES = sa.text("""
select s.submission_id, coalesce(array_agg(distinct f.rule order by f.rule) filter (where f.rule is not null), '{}')
from ops.submission as s
left join ops.finding as f
    on f.submission_id = s.submission_id and f.severity = 'critical' and not f.waived
where s.submission_id = any(:current) and s.status = 'returned'
group by s.submission_id
order by s.submission_id
""")


class TooManyReversals(Exception):
    """The night would return more of what was accepted than goes without a word; nothing has been settled."""


def current_versions(connection: sa.Connection) -> list[str]:
    """The accepted versions that count before anything is settled."""
    return list(connection.scalars(sa.text(_CURRENT)))


def check_reversals(connection: sa.Connection, night_id: str | None, current: list[str]) -> None:
    """Raise TooManyReversals where many of ``current`` are returned now, unless the night was told that it is meant.

    To be called in the transaction that settles, which the exception rolls back. What the office has withdrawn is no
    reversal.
    """
    turned = {str(one): list(rules) for one, rules in connection.execute(_RULES, {"current": current}).tuples()}
    if len(turned) <= REVERSALS_MAX or len(turned) <= REVERSALS_SHARE * len(current):
        return
    counted = Counter(rule for rules in turned.values() for rule in rules)
    by_rule = ", ".join(f"{rule} for {count}" for rule, count in counted.most_common())
    what = f"{len(turned)} of {len(current)} accepted current versions turn to returned ({by_rule})"
    if night_id is not None and is_accepted(connection, night_id, REVERSALS):
        nights.warn(connection, night_id, STEP, f"accepted by {VARIABLES[REVERSALS]}: {what}")
        return
    named = ", ".join(list(turned)[:_NAMED]) + (f" and {len(turned) - _NAMED} more" if len(turned) > _NAMED else "")
    raise TooManyReversals(
        f"{what}: {named}. Nothing was settled: statuses, findings and marts are as they were, and nobody was written "
        "to. See whether registry, waivers, code lists and rules are as they should be; if it is meant, run the night "
        f"with {VARIABLES[REVERSALS]}=yes."
    )
