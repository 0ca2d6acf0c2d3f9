-- {finding} is a table of findings, {asked} one of the submissions in question; lists of rules are the contract's.

-- name: waive_tonight
update work.finding as f
set waived = true
from ops.submission as s
where s.submission_id = f.submission_id and {is_waived};

-- name: apply_waivers
-- Findings of a waived rule, and those marked before, are found by an index each.
with

changed as (
    update {finding} as f
    set waived = not f.waived, waived_by = null, waiver_reason = null, waived_until = null
    from ops.submission as s
    where
        s.submission_id = f.submission_id
        and (f.waived or f.rule = any(array(select w.rule from registry.waivers as w)))
        and f.waived <> {is_waived}
    returning f.submission_id
)

insert into work.settling
select distinct submission_id
from changed
where {is_in_force}
on conflict do nothing;

-- name: name_waivers
-- Who waived what is waived: of several entries that cover a finding the one that says most, then the longest.
update {finding} as f
set waived_by = named.granted_by, waiver_reason = named.reason, waived_until = named.expires_on
from (
    select distinct on (f.ctid)
        f.ctid as place, w.granted_by, w.reason, w.expires_on
    from {finding} as f
    inner join ops.submission as s on f.submission_id = s.submission_id
    inner join registry.waivers as w on {covers}
    where f.waived
    order by
        f.ctid, num_nonnulls(w.enterprise_ref, w.period, w.project_code) desc, w.expires_on desc, w.granted_by, w.reason
) as named
where
    f.ctid = named.place
    and (f.waived_by, f.waiver_reason, f.waived_until)
    is distinct from (named.granted_by, named.reason, named.expires_on);

-- name: apply_withdrawals
insert into work.settling
select s.submission_id
from ops.submission as s
left join registry.withdrawals as w on s.submission_id = w.submission_id
where
    (s.status in ('accepted', 'accepted_with_findings') and w.submission_id is not null)
    or (s.status = 'withdrawn' and s.withdrawal_reason is distinct from w.reason)
on conflict do nothing;

-- name: forget_derived
delete from ops.finding as f
using work.settling as s
where s.submission_id = f.submission_id and f.rule = any(:derived);

-- name: add
insert into {finding} (submission_id, rule, severity, sheet, row_number, enterprise_ref, waived)
select
    f.*,
    {is_waived}
from ({found}) as f
inner join ops.submission as s on f.submission_id = s.submission_id;

-- name: faulty_enterprises
-- Unwaived errors on an enterprise's own row, the first with its reference: what hangs below it does not count.
select
    f.submission_id, e.enterprise_ref, f.rule, f.column_name
from {finding} as f
inner join {asked} as s on f.submission_id = s.submission_id
inner join raw.enterprises as e on f.submission_id = e.submission_id and f.row_number = e.row_number
where
    f.sheet = 'enterprises'
    and f.severity = 'error'
    and not f.waived
    and not exists (
        select 1 from {finding} as other
        where
            other.submission_id = f.submission_id
            and other.sheet = 'enterprises'
            and other.row_number = f.row_number
            and other.rule = any(:not_own_row)
    );

-- name: consequences
-- Data rows below a faulty enterprise.
select
    d.submission_id, '{rule}' as rule, '{severity}' as severity, '{sheet}' as sheet, d.row_number, d.enterprise_ref
from raw.{sheet} as d
inner join (
    select distinct
        f.submission_id, f.enterprise_ref
    from ({faulty_enterprises}) as f
) as faulty on d.submission_id = faulty.submission_id and d.enterprise_ref = faulty.enterprise_ref
where not exists (
    select 1 from {finding} as f
    where
        f.submission_id = d.submission_id
        and f.sheet = '{sheet}'
        and f.row_number = d.row_number
        and f.rule = any(:no_data_row)
);

-- name: too_many_errors
select
    r.submission_id, '{rule}' as rule, '{severity}' as severity, r.sheet, cast(null as int) as row_number,
    cast(null as text) as enterprise_ref
from ops.sheet_reading as r
inner join {asked} as s on r.submission_id = s.submission_id
cross join
    lateral (
        select
            count(distinct f.row_number) filter (where f.severity = 'error' and not f.waived) as error_rows,
            count(*) filter (where f.rule = any(:total)) as total_rows
        from {finding} as f
        where f.submission_id = r.submission_id and f.sheet = r.sheet and f.row_number is not null
    ) as counted
where
    r.sheet <> 'cover'
    and counted.error_rows >= :returned_rows
    and counted.error_rows > :returned_share * (r.row_count - counted.total_rows);

-- name: verdicts
-- Whether the findings return a submission, and whether something is to be corrected.
select
    s.submission_id,
    found.*
from {asked} as s
cross join lateral (
    select
        coalesce(bool_or(f.severity = 'critical'), false) as is_returned,
        coalesce(bool_or(f.severity in ('error', 'warning') and f.rule <> all(:beside)), false) as has_findings
    from {finding} as f
    where f.submission_id = s.submission_id and not f.waived
) as found;

-- name: settle
update ops.submission as s
set
    status = case
        when v.is_returned then 'returned'
        when w.submission_id is not null then 'withdrawn'
        when v.has_findings then 'accepted_with_findings'
        else 'accepted'
    end,
    withdrawal_reason = case when not v.is_returned then w.reason end,
    judged_with = coalesce(
        (
            select t.judge_by from work.submission as t
            where t.submission_id = s.submission_id
        ), s.judged_with
    )
from ({verdicts}) as v
left join registry.withdrawals as w on v.submission_id = w.submission_id
where s.submission_id = v.submission_id and s.status <> 'duplicate';
