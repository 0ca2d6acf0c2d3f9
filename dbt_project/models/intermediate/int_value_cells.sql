-- Values of reports, added up by everything a scope, a step of the waterfall or a figure asks for before they are
-- spread over the scopes.
{{ config(meta={'rebuilt_by': 'affected project', 'as_of': 'as_of_period'}) }}

with

rejected as (

    -- Enterprises with a row in a project's latest version that does not count.
    select distinct
        identities.as_of_period,
        enterprises.project_code,
        enterprises.submission_id,
        identities.enterprise_key
    from {{ ref('int_enterprise_rows') }} as enterprises
    inner join {{ ref('int_enterprise_identities') }} as identities
        on
            enterprises.project_code = identities.project_code
            and enterprises.enterprise_ref = identities.enterprise_ref
    where not enterprises.is_valid

)

select
    reports.as_of_period,
    reports.kpi,
    reports.project_code,
    reports.country,
    reports.pillar,
    reports.value_chain,
    reports.counts_in_programme,
    reports.counts_in_country,
    reports.counts_in_pillar,
    reports.counts_in_value_chain,
    reports.grade,
    case
        when versions.period_index < versions.as_of_index then 'late_project'
        when reports.period_index = versions.period_index then null
        when rejected.enterprise_key is not null then 'row_with_error'
        else 'no_longer_listed'
    end as carried_forward,
    sum(reports.kpi_value) as kpi_value
from {{ ref('int_surviving_values') }} as reports
inner join {{ ref('int_versions_in_use') }} as versions
    on
        reports.as_of_period = versions.as_of_period
        and reports.project_code = versions.project_code
left join rejected
    on
        versions.as_of_period = rejected.as_of_period
        and versions.project_code = rejected.project_code
        and versions.submission_id = rejected.submission_id
        and reports.enterprise_key = rejected.enterprise_key
group by
    reports.as_of_period, reports.kpi, reports.project_code, reports.country, reports.pillar, reports.value_chain,
    reports.counts_in_programme, reports.counts_in_country, reports.counts_in_pillar,
    reports.counts_in_value_chain, reports.grade, carried_forward
