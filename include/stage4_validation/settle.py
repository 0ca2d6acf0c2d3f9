"""What findings, waivers and withdrawals mean for a submission: consequences, F08, status."""

from __future__ import annotations

import sqlalchemy as sa

from include.contract import load_contract

#: Share and number of a sheet's data rows with an error from which the sheet returns the submission (F08).
RETURNED_ERROR_SHARE = 0.30
RETURNED_ERROR_ROWS = 10

#: Warnings that leave a delivery accepted without findings: comparisons with what lies outside of it.
WITHOUT_EFFECT = ("X01", "X02", "X03")

#: Warnings that take their row out of every figure until a waiver confirms it.
ROWS_OUT = ("J05",)

#: SQL: an entry of the waiver register that covers finding ``f`` of submission ``s``.
IS_WAIVED = """
exists (
    select 1 from registry.waivers as w
    where
        w.rule = f.rule
        and (w.project_code is null or w.project_code = s.project_code)
        and (w.period is null or w.period = s.period)
        and (w.enterprise_ref is null or w.enterprise_ref = f.enterprise_ref)
        and s.received_on <= w.expires_on
)
"""


def waive_tonight(connection: sa.Connection) -> None:
    """Mark the waived ones among ``work.finding``: a waived file rule lets rows be judged."""
    connection.execute(
        sa.text(f"""
        update work.finding as f set waived = true
        from ops.submission as s
        where s.submission_id = f.submission_id and {IS_WAIVED}
        """)
    )


def apply_waivers(connection: sa.Connection) -> None:
    """Mark findings by today's waiver register, of all submissions ever.

    Only findings of a waived rule, and those marked before, are looked at. A submission with a changed mark joins
    ``work.settling``; marks of rules in shadow settle nothing.
    """
    connection.execute(
        sa.text(f"""
        with changed as ({_turned_marks("ops.finding")}), in_shadow as ({_turned_marks("ops.shadow_finding")})
        insert into work.settling select distinct submission_id from changed on conflict do nothing
        """)
    )


def _turned_marks(table: str) -> str:
    return f"""
    update {table} as f
    set waived = not f.waived
    from ops.submission as s
    where
        s.submission_id = f.submission_id
        and (f.waived or f.rule = any (array(select w.rule from registry.waivers as w)))  -- each found by its index
        and f.waived <> {IS_WAIVED}
    returning f.submission_id
    """


def apply_withdrawals(connection: sa.Connection) -> None:
    """Have every submission settled that the office withdraws since, no more, or for another reason."""
    connection.execute(
        sa.text("""
        insert into work.settling
        select s.submission_id
        from ops.submission as s
        left join registry.withdrawals as w on w.submission_id = s.submission_id
        where
            (s.status in ('accepted', 'accepted_with_findings') and w.submission_id is not null)
            or (s.status = 'withdrawn' and s.withdrawal_reason is distinct from w.reason)
        on conflict do nothing
        """)
    )


def open_settling(connection: sa.Connection) -> None:
    """Make ``work.settling``, the submissions whose status has to be worked out; at first those just judged."""
    for statement in (
        "drop table if exists work.settling",
        "create unlogged table work.settling (submission_id text primary key)",
        "insert into work.settling select submission_id from work.submission",
    ):
        connection.execute(sa.text(statement))


def settle(connection: sa.Connection) -> None:
    """Work out consequences and status of every submission in ``work.settling``.

    Expects the findings on rows in place and waivers applied. Consequences are made anew, because a waiver lifts
    them; they can be waived themselves.
    """
    connection.execute(
        sa.text("""
        delete from ops.finding as f
        using work.settling as s
        where s.submission_id = f.submission_id and f.rule in ('R03', 'F08')
        """)
    )
    connection.execute(sa.text("analyze ops.finding"))
    # taken for thousands otherwise, for which the planner reads every row of every delivery
    connection.execute(sa.text("analyze work.settling"))
    for sheet in load_contract().row_sheets:
        if sheet.kind == "detail":
            connection.execute(sa.text(_consequence(sheet.key)))
    connection.execute(sa.text(_TOO_MANY_ERRORS), {"share": RETURNED_ERROR_SHARE, "rows": RETURNED_ERROR_ROWS})
    apply_waivers(connection)
    connection.execute(sa.text(_STATUS), {"without_effect": list(WITHOUT_EFFECT)})


def _consequence(sheet: str) -> str:
    """R03: data rows below an enterprise whose own row (the first with its reference) has an unwaived error."""
    return f"""
    insert into ops.finding (submission_id, rule, severity, sheet, row_number, enterprise_ref)
    select d.submission_id, 'R03', 'info', '{sheet}', d.row_number, d.enterprise_ref
    from raw.{sheet} as d
    inner join (
        select distinct e.submission_id, e.enterprise_ref
        from ops.finding as f
        inner join work.settling as s on s.submission_id = f.submission_id
        inner join raw.enterprises as e on e.submission_id = f.submission_id and e.row_number = f.row_number
        where
            f.sheet = 'enterprises'
            and f.severity = 'error'
            and not f.waived
            and not exists (
                select 1 from ops.finding as other
                where
                    other.submission_id = f.submission_id
                    and other.sheet = 'enterprises'
                    and other.row_number = f.row_number
                    and other.rule in ('R01', 'R04', 'R05')
            )
    ) as faulty on faulty.submission_id = d.submission_id and faulty.enterprise_ref = d.enterprise_ref
    where not exists (
        select 1 from ops.finding as f
        where
            f.submission_id = d.submission_id
            and f.sheet = '{sheet}'
            and f.row_number = d.row_number
            and f.rule in ('R01', 'R05')
    )
    """


_TOO_MANY_ERRORS = """
insert into ops.finding (submission_id, rule, severity, sheet)
select r.submission_id, 'F08', 'critical', r.sheet
from ops.sheet_reading as r
inner join work.settling as s on s.submission_id = r.submission_id
cross join lateral (
    select
        count(distinct f.row_number) filter (where f.severity = 'error' and not f.waived) as error_rows,
        count(*) filter (where f.rule = 'R05') as total_rows
    from ops.finding as f
    where f.submission_id = r.submission_id and f.sheet = r.sheet and f.row_number is not null
) as counted
where
    r.sheet <> 'cover'
    and counted.error_rows >= :rows
    and counted.error_rows > :share * (r.row_count - counted.total_rows)
"""

_STATUS = """
update ops.submission as s
set
    status = case
        when found.critical then 'returned'
        when w.submission_id is not null then 'withdrawn'
        when found.to_correct then 'accepted_with_findings'
        else 'accepted'
    end,
    withdrawal_reason = case when not found.critical then w.reason end,
    judged_with = coalesce(
        (select w.judge_by from work.submission as w where w.submission_id = s.submission_id), s.judged_with
    )
from work.settling as t
left join registry.withdrawals as w on w.submission_id = t.submission_id
cross join lateral (
    select
        coalesce(bool_or(f.severity = 'critical'), false) as critical,
        coalesce(bool_or(f.severity in ('error', 'warning') and f.rule <> all(:without_effect)), false) as to_correct
    from ops.finding as f
    where f.submission_id = t.submission_id and not f.waived
) as found
where s.submission_id = t.submission_id and s.status <> 'duplicate'
"""
