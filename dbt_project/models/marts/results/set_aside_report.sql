-- Survivorship told: which project's report of an enterprise was set aside for which.
{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'enterprise', 'as_of': 'period'},
    indexes=[{'columns': ['project_code']}, {'columns': ['period', 'kpi', 'scope_type']}]
) }}

with

reports as (

    select
        reported.as_of_period,
        reported.kpi,
        reported.enterprise_key,
        reported.project_code,
        reported.submission_id,
        reported.kpi_value,
        reported.grade,
        reported.period_index,
        case when kpis.unit = 'enterprises' then reported.kpi_value end as counted_value,
        scopes.scope_type,
        scopes.scope_code,
        scopes.counts
    from {{ ref('int_surviving_values') }} as reported
    inner join {{ ref('kpis') }} as kpis on reported.kpi = kpis.kpi
    cross join
        lateral (
            {{ scopes_of('reported', counts=true, kinds=['programme', 'country', 'pillar', 'value_chain']) }}
        ) as scopes (scope_type, scope_code, counts)
    where reported.is_shared and scopes.scope_code is not null

)

select
    concat_ws(
        '/', aside.as_of_period, {{ scope_key('aside.scope_type', 'aside.scope_code') }}, aside.kpi,
        aside.enterprise_key, aside.project_code
    ) as set_aside_key,
    aside.as_of_period as period,
    {{ period_end('aside.as_of_period') }} as period_end,
    {{ scope_key('aside.scope_type', 'aside.scope_code') }} as scope_key,
    aside.scope_type,
    aside.scope_code,
    aside.kpi,
    aside.enterprise_key,
    aside.project_code,
    counting.project_code as counting_project_code,
    aside.submission_id,
    counting.submission_id as counting_submission_id,
    cast(aside.kpi_value as numeric(24, 6)) as value_set_aside,
    cast(counting.kpi_value as numeric(24, 6)) as value_counted,
    aside.grade as evidence_grade,
    counting.grade as counting_evidence_grade,
    case
        when aside.counted_value < counting.counted_value then 'does_not_count'
        when aside.grade > counting.grade then 'weaker_evidence'
        when aside.period_index < counting.period_index then 'older_report'
        else 'project_code'
    end as reason
from reports as aside
inner join reports as counting
    on
        aside.as_of_period = counting.as_of_period
        and aside.kpi = counting.kpi
        and aside.enterprise_key = counting.enterprise_key
        and aside.scope_type = counting.scope_type
        and aside.scope_code = counting.scope_code
        and counting.counts
where not aside.counts
