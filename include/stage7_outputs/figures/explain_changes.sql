-- The past of a figure: as it stood on a day, and why it is another one since.

-- name: ever
-- whether the figure was ever published
select 1 from marts.kpi_headline_history
where kpi = :kpi and period = :period and scope_type = :scope_type and scope_code = :scope_code
limit 1;

-- name: figure
select * from marts.kpi_headline_on(:day)
where kpi = :kpi and period = :period and scope_type = :scope_type and scope_code = :scope_code;

-- name: files_of_day
select
    counted.submission_id, deliveries.file_name, deliveries.period, counted.sheet, count(*) as row_count,
    sum(counted.contribution) as contribution
from marts.counted_row_on(:day) as counted
inner join ops.submission as deliveries using (submission_id)
where
    counted.kpi = :kpi and counted.period = :period
    and {in_scope}
group by counted.submission_id, deliveries.file_name, deliveries.period, counted.sheet
order by counted.submission_id, counted.sheet;

-- name: causes
-- What each cause has added since the day, with the delivery that did it and who stands behind it.
with added as (
    select
        as_of, cause, submission_id, sum("rows") as row_count, sum(difference_claimed) as claimed,
        sum(difference_valid) as valid, sum(difference_unique) as unique_value, sum(difference_evidenced) as evidenced
    from marts.figure_change
    where
        kpi = :kpi and period = :period and scope_type = :scope_type and scope_code = :scope_code and as_of > :day
    group by as_of, cause, submission_id
)

select
    added.*, coalesce(labels.label_en, added.cause) as label, deliveries.file_name,
    case
        when added.cause = 'waiver'
            then (
                select string_agg(distinct concat_ws(': ', waivers.granted_by, waivers.reason), '; ')
                from registry.waivers as waivers
                where
                    coalesce(waivers.project_code, deliveries.project_code) = deliveries.project_code
                    and coalesce(waivers.period, deliveries.period) = deliveries.period
                    and waivers.rule in (
                        select rule
                        from ops.finding
                        where finding.submission_id = added.submission_id and finding.waived
                    )
            )
        else coalesce(
            (
                select concat_ws(': ', withdrawals.withdrawn_by, withdrawals.reason)
                from registry.withdrawals as withdrawals where withdrawals.submission_id = added.submission_id
            ),
            (
                select institutions.name
                from registry.projects as projects
                inner join registry.institutions as institutions on institutions.institution = projects.lead_institution
                where projects.project_code = deliveries.project_code
            )
        )
    end as who
from added
left join marts.dim_change_cause as labels using (cause)
left join ops.submission as deliveries using (submission_id)
order by added.as_of, labels.turn, added.submission_id;

-- name: rows_of_day
select counted.submission_id, counted.sheet, counted.row_number, counted.contribution, count(*) over () as total
from marts.counted_row_on(:day) as counted
where
    counted.kpi = :kpi and counted.period = :period
    and {in_scope}
order by counted.submission_id, counted.row_number
limit :shown;

-- name: rows_since
-- Rows that count for the figure on the day, today, or both with other amounts.
with counted as (
    select
        submission_id, sheet, row_number,
        sum(contribution) filter (where from_as_of <= :day and (until_as_of is null or until_as_of > :day)) as old,
        sum(contribution) filter (where until_night is null) as new
    from marts.counted_row_history as counted
    where
        counted.kpi = :kpi and counted.period = :period
        and {in_scope}
    group by submission_id, sheet, row_number
)

select
    *,
    case when old is null then 'came' when new is null then 'went' else 'changed' end as became,
    count(*) over () as total
from counted
where old is distinct from new
order by submission_id, row_number
limit :shown;

-- name: received
-- Rows with what was received in them.
select shown.*, received.enterprise_ref, received.cell_values, sheets.column_letters, sheets.file_sheet
from ({shown}) as shown
left join ops.sheet_reading as sheets using (submission_id, sheet)
left join lateral (
    select * from restricted.row_as_received as r
    where r.submission_id = shown.submission_id and r.sheet = shown.sheet and r.row_number = shown.row_number
) as received on true
order by shown.submission_id, shown.row_number;
