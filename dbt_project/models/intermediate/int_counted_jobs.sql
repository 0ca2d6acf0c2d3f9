-- Green jobs by report, shared out over the rows behind them; two rows a jobs row: in people and in FTE.
{{ config(meta={'rebuilt_by': 'changed project', 'as_of': 'as_of_period'}) }}

with

amounts as (

    select
        refs.as_of_period,
        refs.project_code,
        refs.enterprise_key,
        jobs.submission_id,
        jobs.row_number,
        jobs.sex,
        jobs.age_group,
        measures.unit,
        coalesce(measures.maintained, 0) as maintained,
        coalesce(measures.current_jobs, 0) - coalesce(measures.baseline_jobs, 0) as increase
    from {{ ref('int_report_refs') }} as refs
    inner join {{ ref('int_job_rows') }} as jobs
        on
            refs.project_code = jobs.project_code
            and refs.submission_id = jobs.submission_id
            and refs.enterprise_ref = jobs.enterprise_ref
            and jobs.is_valid
            and {{ is_green('jobs') }}
    cross join
        lateral (
            values
            ('people', jobs.baseline_headcount, jobs.current_headcount, jobs.maintained_headcount),
            ('FTE', jobs.baseline_fte, jobs.current_fte, jobs.maintained_fte)
        ) as measures (unit, baseline_jobs, current_jobs, maintained)

),

cells as (

    -- A cell is a sex and an age group; what a cell has lost takes nothing from what the others have gained, and what
    -- one has gained nothing from what they have lost.
    select
        *,
        greatest(0, sum(increase) over report) as report_created,
        greatest(0, -sum(increase) over report) as report_lost,
        greatest(0, sum(increase) over cell) as cell_increase,
        greatest(0, -sum(increase) over cell) as cell_decrease,
        greatest(0, increase) as row_increase,
        greatest(0, -increase) as row_decrease,
        sum(greatest(0, increase)) over cell as sum_of_row_increases,
        sum(greatest(0, -increase)) over cell as sum_of_row_decreases
    from amounts
    window
        report as (partition by enterprise_key, as_of_period, project_code, unit),
        cell as (partition by enterprise_key, as_of_period, project_code, unit, sex, age_group)

),

weighted as (

    -- What a row has of its cell's increase and of its decrease.
    select
        *,
        case
            when cell_increase > 0 then cell_increase * row_increase / sum_of_row_increases else 0
        end as increase_weight,
        case
            when cell_decrease > 0 then cell_decrease * row_decrease / sum_of_row_decreases else 0
        end as decrease_weight
    from cells

),

ranked as (

    select
        *,
        sum(increase_weight) over report as report_increase_weight,
        sum(decrease_weight) over report as report_decrease_weight,
        row_number() over (
            partition by enterprise_key, as_of_period, project_code, unit
            order by increase_weight desc, row_number
        ) as increase_rank,
        row_number() over (
            partition by enterprise_key, as_of_period, project_code, unit
            order by decrease_weight desc, row_number
        ) as decrease_rank
    from weighted
    window report as (partition by enterprise_key, as_of_period, project_code, unit)

),

shared as (

    select
        *,
        case
            when report_created > 0 then round(report_created * increase_weight / report_increase_weight, 6) else 0
        end as created_share,
        case
            when report_lost > 0 then round(report_lost * decrease_weight / report_decrease_weight, 6) else 0
        end as lost_share
    from ranked

)

select
    as_of_period,
    project_code,
    enterprise_key,
    submission_id,
    row_number,
    unit,
    sex,
    age_group,
    maintained,
    -- The row with most takes what rounding leaves, so that the shares add up to the whole.
    trim_scale(
        case
            when increase_rank = 1 then report_created - (sum(created_share) over report - created_share)
            else created_share
        end
    ) as created,
    trim_scale(
        case
            when decrease_rank = 1 then report_lost - (sum(lost_share) over report - lost_share)
            else lost_share
        end
    ) as lost
from shared
window report as (partition by enterprise_key, as_of_period, project_code, unit)
