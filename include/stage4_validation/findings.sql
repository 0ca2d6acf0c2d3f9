-- name: replace
delete from {finding} as f
using work.submission as s
where s.submission_id = f.submission_id and f.rule <> all(:kept);

-- name: from_reading
insert into work.finding
(submission_id, rule, severity, sheet, row_number, column_name, cell, value, enterprise_ref)
select
    f.submission_id, f.rule,
    -- a descriptive cell that cannot be read counts as empty and costs no row
    case when r.severity = 'error' and d.column_name is not null then 'warning' else r.severity end as severity,
    f.sheet, f.row_number, f.column_name, f.cell, f.value, {reference} as enterprise_ref
from raw.reading_finding as f
inner join unnest(cast(:rules as text[]), cast(:severities as text[])) as r (rule, severity) on f.rule = r.rule
left join unnest(cast(:sheets as text[]), cast(:columns as text[])) as d (sheet, column_name)
    on f.sheet = d.sheet and f.column_name = d.column_name
inner join {judged} on {is_of_it}
where {condition};

-- name: loose_columns
-- Sheets with values below an empty header cell.
select distinct f.sheet
from raw.reading_finding as f
inner join work.submission as s on f.submission_id = s.submission_id
where f.rule like 'F%' and f.row_number is not null and f.sheet <> 'cover';

-- name: from_loose_columns
insert into work.finding
(submission_id, rule, severity, sheet, row_number, column_name, cell, value, enterprise_ref)
select distinct
    f.submission_id, f.rule, r.severity, f.sheet, cast(null as int) as row_number, null as column_name, f.cell, f.value,
    null as enterprise_ref
from raw.reading_finding as f
inner join unnest(cast(:rules as text[]), cast(:severities as text[])) as r (rule, severity) on f.rule = r.rule
inner join work.submission as s on f.submission_id = s.submission_id
inner join raw.{sheet} as w on f.submission_id = w.submission_id and f.row_number = w.row_number
where
    f.sheet = '{sheet}'
    and f.rule like 'F%'
    and not {is_total}
    and not exists (
        select 1 from work.finding as known
        where
            known.submission_id = f.submission_id
            and known.rule = f.rule
            and known.sheet = f.sheet
            and known.cell = f.cell
    );

-- name: from_rows
insert into work.finding
(submission_id, rule, severity, sheet, row_number, column_name, cell, value, enterprise_ref)
select
    w.submission_id, v.rule, v.severity, v.sheet, place.row_number, v.column_name,
    letters.column_letters ->> {letter} || place.row_number as cell,
    -- nothing was received where a merged range lent its value
    coalesce(nullif(w.received ->> v.column_name, ''), {received_as}) as value,
    w.enterprise_ref
from (
    select
        t.*,
        unnest(array_remove(array[{broken}], null)) as rule_order
    from work.{judged} as t
) as w
inner join
    unnest(
        cast(:rules as text[]), cast(:severities as text[]), cast(:sheets as text[]), cast(:columns as text[])
    ) with ordinality as v (rule, severity, sheet, column_name, rule_order)
    on w.rule_order = v.rule_order
cross join lateral (select {place} as row_number) as place
left join ops.sheet_reading as letters
    on w.submission_id = letters.submission_id and v.sheet = letters.sheet;
