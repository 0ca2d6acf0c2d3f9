-- Each level of the waterfall is the one before it and the changes between them.
{{ config(meta={'rebuilt_by': 'scope'}) }}

with

steps as (

    select
        period,
        scope_type,
        scope_code,
        kpi,
        step_number,
        is_level,
        sum(amount) as amount
    from {{ ref('kpi_waterfall') }}
    where not is_of_which
    group by period, scope_type, scope_code, kpi, step_number, is_level

),

levels as (

    select
        *,
        lead(amount) over figure as next_level,
        lead(step_number) over figure as next_step
    from steps
    where is_level
    window figure as (partition by period, scope_type, scope_code, kpi order by step_number)

)

select
    levels.period,
    levels.scope_type,
    levels.scope_code,
    levels.kpi,
    levels.step_number
from levels
left join steps as changes
    on
        levels.period = changes.period
        and levels.scope_type = changes.scope_type
        and levels.scope_code = changes.scope_code
        and levels.kpi = changes.kpi
        and changes.step_number = levels.step_number + 1
        and not changes.is_level
where
    levels.next_level is not null
    and abs(levels.amount + coalesce(changes.amount, 0) - levels.next_level) > 0.001
