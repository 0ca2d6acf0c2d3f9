-- Behind every figure stand rows whose contributions add up to it, and those with evidence to the evidenced part.
{{ config(meta={'rebuilt_by': 'scope of one project'}) }}

with

evidence as (

    select
        period,
        scope_type,
        scope_code,
        kpi,
        sum(contribution) as unique_value,
        coalesce(sum(contribution) filter (where evidence_grade in ('A', 'B')), 0) as evidenced
    from {{ ref('kpi_evidence') }} as rows_counted
    group by period, scope_type, scope_code, kpi

),

headline as (

    select *
    from {{ ref('kpi_headline') }} as figures

)

select
    headline.period,
    headline.scope_type,
    headline.scope_code,
    headline.kpi,
    headline.unique_value,
    evidence.unique_value as unique_value_of_rows,
    headline.evidenced,
    evidence.evidenced as evidenced_of_rows
from headline
full outer join evidence
    on
        headline.period = evidence.period
        and headline.scope_type = evidence.scope_type
        and headline.scope_code = evidence.scope_code
        and headline.kpi = evidence.kpi
where
    headline.kpi is null
    -- a figure of 0 and an empty one have no rows
    or abs(coalesce(headline.unique_value, 0) - coalesce(evidence.unique_value, 0)) > {{ tolerance('headline.unit') }}
    or abs(coalesce(headline.evidenced, 0) - coalesce(evidence.evidenced, 0)) > {{ tolerance('headline.unit') }}
