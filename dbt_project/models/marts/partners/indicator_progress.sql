-- Each project's target beside what the warehouse counts, as of the target's period or the last one that has ended.
{{ config(tags=['follows_load_date']) }}
with

latest_period as (

    select
        period,
        period_index
    from {{ ref('int_periods') }}
    order by period_index desc
    limit 1

),

targets as (

    select
        in_force.project_code,
        in_force.kpi,
        in_force.due_period,
        in_force.target,
        in_force.set_on,
        in_force.revision_number as revision_count,
        originals.target as first_target,
        originals.set_on as first_set_on,
        latest_period.period_index >= {{ period_index('in_force.due_period') }} as is_due,
        case
            when latest_period.period_index >= {{ period_index('in_force.due_period') }} then in_force.due_period
            else latest_period.period
        end as actual_period
    from {{ ref('indicator_target') }} as in_force
    inner join {{ ref('indicator_target') }} as originals
        on
            in_force.project_code = originals.project_code
            and in_force.kpi = originals.kpi
            and in_force.due_period = originals.due_period
            and originals.revision_number = 0
    left join latest_period on true
    where in_force.is_in_force

)

select
    concat_ws('/', targets.project_code, targets.kpi, targets.due_period) as progress_key,
    targets.project_code,
    targets.kpi,
    kpis.unit,
    targets.due_period,
    targets.target,
    targets.set_on,
    targets.first_target,
    targets.first_set_on,
    targets.revision_count,
    targets.actual_period,
    headline.unique_value as actual,
    headline.evidenced,
    cast(headline.unique_value - targets.target as numeric(24, 6)) as difference,
    round(100.0 * headline.unique_value / nullif(targets.target, 0), 1) as progress_percent,
    coalesce(targets.is_due, false) as is_due,
    case
        when headline.unique_value is null then 'no_figure'
        when headline.unique_value >= targets.target then 'reached'
        when targets.is_due then 'missed'
        else 'under_way'
    end as verdict
from targets
left join {{ ref('kpis') }} as kpis on targets.kpi = kpis.kpi
left join {{ ref('kpi_headline') }} as headline
    on
        targets.actual_period = headline.period
        and headline.scope_type = 'project'
        and targets.project_code = headline.scope_code
        and targets.kpi = headline.kpi
