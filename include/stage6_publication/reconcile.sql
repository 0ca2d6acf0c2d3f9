-- name: declared_totals
-- Fields of the cover beside what the rows come to (counted_...).
create unlogged table work.declared_totals as
select
    s.submission_id, null::int as row_number, null::text as enterprise_ref,
    c.row_numbers, c.received, {fields}, {counted}
from ops.submission as s
inner join raw.cover as c on c.submission_id = s.submission_id
inner join candidate_marts.kpi_headline as k
    on k.scope_type = 'project' and k.scope_code = s.project_code and k.period = s.period
where s.is_current and c.nothing_to_report is not true
group by s.submission_id, c.submission_id;

-- name: forget
delete from {table} as f
using ops.submission as s
where s.submission_id = f.submission_id and s.is_current and f.rule = 'X01';

-- name: digest
select md5(string_agg(f::text, ',' order by f::text)) from ({found}) as f;
