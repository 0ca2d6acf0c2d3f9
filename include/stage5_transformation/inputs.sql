-- name: deliveries
-- What the rows of a delivery are built from: rows and findings follow from its "judged_with" and from what is waived;
-- of the registry the models that are kept read where its project is, the pillar, and the words of the project's files.
with waived as (
    select
        submission_id,
        md5(string_agg(
            cast(row(rule, sheet, row_number, column_name) as text), ',' order by rule, sheet, row_number, column_name
        )) as findings
    from ops.finding
    where waived
    group by submission_id
)

select
    s.project_code,
    s.submission_id,
    coalesce(s.period, '') as period,
    md5(cast(row(
        p.country, p.pillar, p.title, p.value_chains, s.status, s.version, s.is_current, s.judged_with, w.findings
    ) as text)) as fingerprint
from ops.submission as s
left join registry.projects as p on s.project_code = p.project_code
left join waived as w on s.submission_id = w.submission_id;

-- name: reference
-- All projects depend on the reference tables but exchange rates and price indices (reference_figures.py) ...
select split_part(obj_description(cast('reference' as regnamespace), 'pg_namespace'), ' ', 2);

-- name: ended_periods
-- ... and on the periods there are figures for.
select string_agg(concat_ws(' ', period, ends_on), ',' order by period)
from registry.reporting_calendar
where ends_on < (select as_of from ops.night order by started_at desc, night_id desc limit 1);

-- name: load_date
select cast(as_of as text) from ops.night order by started_at desc, night_id desc limit 1;

-- name: rows
select md5(string_agg(cast(t as text), ',' order by cast(t as text))) from registry.{table} as t;
