{{ config(tags=['follows_load_date']) }}
select
    concat_ws('/', targets.project_code, targets.kpi, targets.due_period, targets.set_on) as target_key,
    targets.project_code,
    targets.kpi,
    targets.due_period,
    targets.set_on,
    targets.target,
    lag(targets.target) over revisions as previous_target,
    cast(row_number() over revisions - 1 as integer) as revision_number,
    lead(targets.set_on) over revisions is null as is_in_force
from {{ ref('stg_targets') }} as targets
cross join {{ ref('stg_load_date') }} as night
where targets.set_on <= night.load_date
window revisions as (partition by targets.project_code, targets.kpi, targets.due_period order by targets.set_on)
