-- Each enterprise_ref in each current version that has a valid row of it, with the identity known by then.
{{ config(
    meta={'rebuilt_by': 'changed project'},
    indexes=[{'columns': ['project_code']}, {'columns': ['enterprise_key']}]
) }}

with

refs as (

    select
        project_code,
        enterprise_ref,
        submission_id,
        period,
        period_index,
        min(row_number) as row_number,
        min(project_enterprise_key) as project_enterprise_key,
        (array_agg(taxpayer_key order by row_number) filter (where taxpayer_key is not null))[1] as taxpayer_key
    from {{ ref('int_enterprise_rows') }}
    where is_valid and enterprise_ref is not null
    group by project_code, enterprise_ref, submission_id, period, period_index

),

tax_id_spans as (

    -- Every row with a tax id opens a span that reaches to the next one.
    select
        *,
        count(taxpayer_key) over (partition by enterprise_ref, project_code order by period_index) as span,
        lead(period_index) over (partition by enterprise_ref, project_code order by period_index) as next_period_index
    from refs

)

select
    project_code,
    enterprise_ref,
    submission_id,
    period,
    period_index,
    next_period_index,
    row_number,
    coalesce(
        max(taxpayer_key) over (partition by enterprise_ref, project_code, span),
        project_enterprise_key
    ) as enterprise_key,
    span > 0 as has_tax_id
from tax_id_spans
