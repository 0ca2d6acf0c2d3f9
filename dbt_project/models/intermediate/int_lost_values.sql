-- What each project's latest reports say and no figure counts, by rule; who counts all the same is left out.
{{ config(meta={'rebuilt_by': 'changed project', 'as_of': 'as_of_period'}) }}

with

rows_in_use as (

    select
        versions.as_of_period,
        versions.project_code,
        uncounted.submission_id,
        uncounted.enterprise_ref,
        uncounted.kpi,
        uncounted.rule,
        uncounted.row_number,
        uncounted.amount
    from {{ ref('int_versions_in_use') }} as versions
    inner join {{ ref('int_uncounted_rows') }} as uncounted
        on
            versions.project_code = uncounted.project_code
            and versions.submission_id = uncounted.submission_id
    where
        not versions.is_stale
        and uncounted.kpi != 'msmes_trained'

    union all

    -- Training is reported once and counts for good: every version up to the period is read.
    select
        periods.period as as_of_period,
        versions.project_code,
        uncounted.submission_id,
        uncounted.enterprise_ref,
        uncounted.kpi,
        uncounted.rule,
        uncounted.row_number,
        uncounted.amount
    from {{ ref('int_current_versions') }} as versions
    inner join {{ ref('int_periods') }} as periods on versions.period_index <= periods.period_index
    inner join {{ ref('int_uncounted_rows') }} as uncounted
        on
            versions.project_code = uncounted.project_code
            and versions.submission_id = uncounted.submission_id
    where uncounted.kpi = 'msmes_trained'

),

not_counted as (

    select
        rows_in_use.*,
        kpis.unit
    from rows_in_use
    inner join {{ ref('kpis') }} as kpis on rows_in_use.kpi = kpis.kpi
    left join {{ ref('int_enterprise_identities') }} as identities
        on
            rows_in_use.as_of_period = identities.as_of_period
            and rows_in_use.project_code = identities.project_code
            and rows_in_use.enterprise_ref = identities.enterprise_ref
    left join {{ ref('int_surviving_values') }} as counted
        on
            identities.as_of_period = counted.as_of_period
            and identities.project_code = counted.project_code
            and identities.enterprise_key = counted.enterprise_key
            and rows_in_use.kpi = counted.kpi
    where
        -- An enterprise that is counted is not lost; people are lost beside those that count in the same report.
        counted.kpi is null
        or (kpis.unit = 'enterprises' and counted.kpi_value = 0)
        or (kpis.unit != 'enterprises' and counted.submission_id = rows_in_use.submission_id)

),

ranked as (

    select
        *,
        row_number() over (
            partition by as_of_period, project_code, kpi, enterprise_ref
            order by submission_id, rule, row_number
        ) as place
    from not_counted

)

select
    as_of_period,
    project_code,
    kpi,
    rule,
    sum(amount) as amount
from ranked
where unit != 'enterprises' or place = 1
group by as_of_period, project_code, kpi, rule
