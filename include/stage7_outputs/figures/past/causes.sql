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
order by added.as_of, labels.turn, added.submission_id
