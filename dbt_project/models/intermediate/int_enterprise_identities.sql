-- Which enterprise an enterprise_ref stands for as of each period, and whether its rows are in the project's report.
{{ config(meta={'rebuilt_by': 'changed project', 'as_of': 'as_of_period'}) }}

with

as_of as (

    select
        periods.period as as_of_period,
        periods.period_index as as_of_index,
        periods.ends_on as as_of_date,
        refs.project_code,
        refs.enterprise_ref,
        refs.enterprise_key,
        refs.has_tax_id,
        refs.submission_id,
        refs.period,
        refs.period_index,
        refs.row_number,
        max(refs.period_index) over (
            partition by refs.enterprise_key, periods.period, refs.project_code
        ) as report_index
    from {{ ref('int_enterprise_refs') }} as refs
    inner join {{ ref('int_periods') }} as periods
        on
            refs.period_index <= periods.period_index
            and (refs.next_period_index is null or refs.next_period_index > periods.period_index)

)

select
    *,
    period_index = report_index as is_in_report,
    as_of_index - report_index > 2 as is_stale
from as_of
