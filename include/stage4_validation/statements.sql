-- name: compared
-- Statements of some drop folders, or those of them that are asked for, beside the ones before them: a row a valid
-- enterprise of the earlier one, with its row in the later one where it is there; a row without an enterprise where
-- there was none.
with

statements as (  -- what was judged row by row
    select
        s.submission_id, s.project_code, s.delivery_number, s.period,
        s.status in ('accepted', 'accepted_with_findings') as is_accepted,
        sheet.column_letters,
        coalesce(cover.nothing_to_report, false) as has_nothing_to_report
    from ops.submission as s
    inner join ops.sheet_reading as sheet
        on s.submission_id = sheet.submission_id and sheet.sheet = 'enterprises' and sheet.header_row is not null
    left join raw.cover as cover on s.submission_id = cover.submission_id
    where
        s.project_code = any(:projects)
        and s.status not in ('landed', 'read', 'duplicate')
        and s.period is not null
        and not exists (
            select 1 from ops.finding as f
            where
                f.submission_id = s.submission_id
                and not f.waived
                and (f.rule = any(:hide_rows) or (f.rule = any(:hide_sheet) and f.sheet in ('file', 'enterprises')))
        )
),

pairs as (
    select
        s.*,
        earlier.submission_id as earlier_id
    from statements as s
    cross join
        lateral (
            select e.submission_id
            from statements as e
            where
                e.project_code = s.project_code
                and e.is_accepted
                and e.delivery_number < s.delivery_number
                and e.period <= s.period
            order by e.period desc, e.delivery_number desc
            limit 1
        ) as earlier
    where cast(:ids as text[]) is null or s.submission_id = any(:ids)
),

-- Valid rows, of one statement after the other: joined as a whole, what errors leave of the rows was expected to be one
-- row, and all statements were looked through for each of 190,000.
enterprises as (
    select asked.submission_id, valid.*
    from (
        select submission_id from pairs
        union
        select earlier_id from pairs
    ) as asked
    cross join
        lateral (
            select distinct on (r.enterprise_ref)
                r.enterprise_ref, r.row_number,
                coalesce(r.received ->> 'enterprise_ref', r.enterprise_ref) as reference_as_received,
                case when r.tax_id_is_valid then r.tax_id end as tax_id
            from raw.enterprises as r
            where
                r.submission_id = asked.submission_id
                and r.enterprise_ref is not null
                and not exists (
                    select 1 from ops.finding as f
                    where
                        f.submission_id = r.submission_id
                        and f.sheet = 'enterprises'
                        and f.row_number = r.row_number
                        and ((f.severity = 'error' and not f.waived) or f.rule = any(:no_data_row))
                )
            order by r.enterprise_ref, r.row_number
        ) as valid
)

select
    p.submission_id, p.earlier_id, p.column_letters, before.enterprise_ref, before.row_number as earlier_row,
    now.row_number, now.reference_as_received,
    before.enterprise_ref is not null and now.enterprise_ref is null and not p.has_nothing_to_report as is_missing,
    coalesce(now.tax_id <> before.tax_id, false) as has_another_tax_id
-- Full joins of which the pairs are kept: they are done by hash or merge alone. The planner, whose statistics are of
-- before tonight's statuses, expects one pair, and where it chose loops each row was looked for among all others.
from pairs as p
full join enterprises as before on p.earlier_id = before.submission_id
full join enterprises as now
    on p.submission_id = now.submission_id and before.enterprise_ref = now.enterprise_ref
where coalesce(p.submission_id, '') <> '';

-- name: projects
select distinct s.project_code
from ops.submission as s
inner join work.settling as t on s.submission_id = t.submission_id;

-- name: forget
delete from {finding} as f
using ops.submission as s
where s.project_code = any(:projects) and s.submission_id = f.submission_id and f.rule = any(:compared);

-- name: add
with

compared as (select * from {compared}),

found as (

    select
        submission_id, 'X02' as rule, 'file' as sheet, cast(null as int) as row_number,
        cast(null as text) as column_name, cast(null as text) as cell,
        cast(count(*) as text) as value,
        cast(null as text) as enterprise_ref
    from compared
    where is_missing
    group by submission_id

    union all

    select
        submission_id, 'X03' as rule, 'enterprises' as sheet, row_number, 'enterprise_ref' as column_name,
        (column_letters ->> 'enterprise_ref') || row_number as cell,
        reference_as_received as value, enterprise_ref
    from compared
    where has_another_tax_id

)

insert into {finding}
(submission_id, rule, severity, sheet, row_number, column_name, cell, value, enterprise_ref, waived)
select
    f.submission_id, f.rule, r.severity, f.sheet, f.row_number, f.column_name, f.cell, f.value, f.enterprise_ref,
    {is_waived}
from found as f
inner join unnest(cast(:rules as text[]), cast(:severities as text[])) as r (rule, severity) on f.rule = r.rule
inner join ops.submission as s on f.submission_id = s.submission_id;

-- name: comparisons
select
    submission_id,
    earlier_id as earlier,
    coalesce(array_agg(enterprise_ref order by earlier_row) filter (where is_missing), cast(array[] as text[]))
        as missing,
    count(row_number) as kept,
    count(*) filter (where has_another_tax_id) as changed
from {compared}
group by submission_id, earlier_id;
