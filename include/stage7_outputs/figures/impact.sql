-- What a rule does to the deliveries it has findings in: settled with it and without it, in temporary tables.

-- name: with_rule
create temporary table with_rule on commit drop as
select {columns} from ops.finding
where rule = :rule
union all
select {columns} from ops.shadow_finding
where rule = :rule;

-- name: asked
create temporary table asked on commit drop as
select distinct submission_id from with_rule;

-- name: totals
select
    (
        select count(*) from ops.submission
        where status not in ('landed', 'read', 'duplicate')
    ) as judged,
    count(distinct submission_id) as deliveries,
    count(*) as findings,
    count(*) filter (where waived) as waived,
    count(distinct row(submission_id, sheet, row_number)) filter (where row_number is not null) as rows
from with_rule;

-- name: projects
select
    s.project_code,
    count(distinct h.submission_id) as deliveries,
    count(*) as findings
from with_rule as h
inner join ops.submission as s on h.submission_id = s.submission_id
group by s.project_code
order by count(*) desc, s.project_code;

-- name: without_rule
create temporary table without_rule on commit drop as
select {columns} from ops.finding
where rule <> :rule and rule <> all(:derived) and submission_id in (select asked.submission_id from asked);

-- name: add_others
insert into with_rule
select * from without_rule;

-- name: rows_out
select
    count(*) filter (where not w.is_below) as rows_taken_out,
    count(*) filter (where w.is_below) as consequences
from ({out_with}) as w
left join ({out_without}) as o using (submission_id, sheet, row_number)
where o.submission_id is null;

-- name: out
-- Rows that are in no figure, for what they are themselves or for the enterprise they are below.
select
    submission_id, sheet, row_number,
    bool_and(rule = any(:derived)) as is_below
from {finding}
where
    row_number is not null
    and sheet <> 'cover'
    and (
        ((severity = 'error' or rule = any(:row_out) or rule = any(:derived)) and not waived)
        or rule = any(:no_data_row)
    )
group by submission_id, sheet, row_number;

-- name: verdicts
select
    submission_id,
    w.is_returned and not o.is_returned as turns_to_returned,
    w.has_findings and not o.has_findings and not w.is_returned as is_no_longer_clean
from ({verdicts_with}) as w
inner join ({verdicts_without}) as o using (submission_id)
order by submission_id;
