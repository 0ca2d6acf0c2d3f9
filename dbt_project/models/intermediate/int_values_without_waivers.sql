-- What a project would say of an enterprise without the rows that only a waiver lets in, for every indicator: by the
-- latest report that needs none. Empty where nothing would be left.
{{ config(meta={'rebuilt_by': 'changed project'}) }}

{% set details = {
    'practices': 'int_practice_rows',
    'jobs': 'int_job_rows',
    'standards': 'int_standard_rows',
    'sales': 'int_sales_rows'
} %}

with

reports as (

    select distinct
        identities.as_of_period,
        identities.as_of_index,
        identities.as_of_date,
        identities.project_code,
        identities.enterprise_key
    from {{ ref('int_enterprise_identities') }} as identities
    inner join {{ ref('int_waived_rows') }} as waived
        on
            identities.project_code = waived.project_code
            and identities.enterprise_ref = waived.enterprise_ref

),

stand_ins as (

    -- Of each enterprise_ref the latest version in which it needs no waiver.
    select distinct on (identities.project_code, identities.enterprise_ref, identities.as_of_period)
        identities.as_of_period,
        identities.as_of_index,
        identities.as_of_date,
        identities.project_code,
        identities.enterprise_key,
        versions.enterprise_ref,
        versions.submission_id,
        versions.period_index,
        versions.row_number
    from {{ ref('int_enterprise_identities') }} as identities
    inner join reports
        on
            identities.as_of_period = reports.as_of_period
            and identities.project_code = reports.project_code
            and identities.enterprise_key = reports.enterprise_key
    inner join {{ ref('int_enterprise_refs') }} as versions
        on
            identities.project_code = versions.project_code
            and identities.enterprise_ref = versions.enterprise_ref
            and identities.period_index >= versions.period_index
    where
        not exists (
            select 1
            from {{ ref('int_waived_rows') }} as waived
            where
                waived.project_code = versions.project_code
                and waived.submission_id = versions.submission_id
                and waived.sheet = 'enterprises'
                and waived.enterprise_ref = versions.enterprise_ref
        )
    order by
        identities.project_code, identities.enterprise_ref, identities.as_of_period, versions.period_index desc

),

latest as (

    select
        *,
        max(period_index) over (partition by as_of_period, project_code, enterprise_key) as report_index
    from stand_ins

),

refs as (

    select * from latest
    where period_index = report_index and as_of_index - report_index <= 2

),

places as (

    select distinct on (latest.as_of_period, latest.project_code, latest.enterprise_key)
        latest.as_of_period,
        latest.project_code,
        latest.enterprise_key,
        latest.period_index,
        projects.pillar,
        enterprises.country,
        enterprises.value_chain
    from latest
    inner join {{ ref('int_enterprise_rows') }} as enterprises
        on
            latest.project_code = enterprises.project_code
            and latest.submission_id = enterprises.submission_id
            and latest.row_number = enterprises.row_number
    left join {{ ref('stg_projects') }} as projects on latest.project_code = projects.project_code
    where latest.period_index = latest.report_index
    order by latest.as_of_period, latest.project_code, latest.enterprise_key, latest.row_number

),

training_values as (

    select
        reports.as_of_period,
        reports.project_code,
        reports.enterprise_key,
        'msmes_trained' as kpi,
        1 as kpi_value,
        min(training.evidence_grade) as grade
    from reports
    inner join {{ ref('int_enterprise_identities') }} as identities
        on
            reports.as_of_period = identities.as_of_period
            and reports.project_code = identities.project_code
            and reports.enterprise_key = identities.enterprise_key
    inner join {{ ref('int_training_rows') }} as training
        on
            identities.project_code = training.project_code
            and identities.enterprise_ref = training.enterprise_ref
            and training.is_valid
            and reports.as_of_index >= training.period_index
            and reports.as_of_date >= training.start_date
    where {{ needs_no_waiver('training', 'training') }}
    group by reports.as_of_period, reports.project_code, reports.enterprise_key

),

{% for sheet, model in details.items() %}
    {{ sheet }}_left as (

        -- Sales that only a waiver lets be assessed are left, and not assessed: no second row speaks in their place.
        select
            refs.as_of_period,
            refs.as_of_date,
            refs.enterprise_key,
            details.*
        from refs
        inner join {{ ref(model) }} as details
            on
                refs.project_code = details.project_code
                and refs.submission_id = details.submission_id
                and refs.enterprise_ref = details.enterprise_ref
                and details.is_valid
        where {{ needs_no_waiver('details', sheet, 'not waived.is_let_be_assessed') }}

    ),
{% endfor %}

practice_values as (

    select
        practices.as_of_period,
        practices.project_code,
        practices.enterprise_key,
        kpis.kpi,
        1 as kpi_value,
        min(practices.evidence_grade) as grade
    from practices_left as practices
    cross join
        lateral (
            values
            ('msmes_practices', true),
            ('msmes_resource_saving', {{ is_saving('practices') }})
        ) as kpis (kpi, is_counted)
    where kpis.is_counted and {{ is_in_use('practices', 'practices.as_of_date') }}
    group by practices.as_of_period, practices.project_code, practices.enterprise_key, kpis.kpi

),

members as (

    select
        standards.project_code,
        standards.submission_id,
        standards.certificate_no,
        identities.as_of_period,
        identities.enterprise_key
    from {{ ref('int_standard_rows') }} as standards
    inner join {{ ref('int_enterprise_identities') }} as identities
        on
            standards.project_code = identities.project_code
            and standards.enterprise_ref = identities.enterprise_ref
    where
        standards.group_role = 'member'
        and standards.is_valid
        and {{ needs_no_waiver('standards', 'standards') }}

),

standard_values as (

    select
        standards.as_of_period,
        standards.project_code,
        standards.enterprise_key,
        kpis.kpi,
        1 as kpi_value,
        min(standards.evidence_grade) as grade
    from standards_left as standards
    left join {{ ref('standards') }} as kinds on standards.standard = kinds.standard
    cross join
        lateral (
            values
            ('msmes_standards', true),
            ('msmes_certified', {{ is_certified('standards', 'kinds') }})
        ) as kpis (kpi, is_counted)
    where
        kpis.is_counted
        and {{ is_in_force('standards', 'standards.as_of_date') }}
        and (
            standards.group_role is distinct from 'holder'
            or not exists (
                select 1
                from members
                where
                    members.as_of_period = standards.as_of_period
                    and members.project_code = standards.project_code
                    and members.submission_id = standards.submission_id
                    and members.certificate_no = standards.certificate_no
                    and members.enterprise_key != standards.enterprise_key
            )
        )
    group by standards.as_of_period, standards.project_code, standards.enterprise_key, kpis.kpi

),

jobs as (

    select
        jobs.as_of_period,
        jobs.project_code,
        jobs.enterprise_key,
        {{ green_jobs_of('jobs') }}
    from jobs_left as jobs
    where {{ is_green('jobs') }}
    group by jobs.as_of_period, jobs.project_code, jobs.enterprise_key

),

job_values as (

    select
        jobs.as_of_period,
        jobs.project_code,
        jobs.enterprise_key,
        kpis.kpi,
        kpis.kpi_value,
        jobs.grade
    from jobs
    cross join
        lateral (
            values
            {{ kpis_of_jobs('jobs') }},
            {{ kpis_of_jobs('jobs', '_fte') }}
        ) as kpis (kpi, kpi_value)

),

first_sales as (

    select distinct on (enterprise_key, as_of_period, project_code) *
    from sales_left
    order by enterprise_key, as_of_period, project_code, row_number

),

sales_values as (

    -- What cannot be assessed has no euros either.
    select
        sales.as_of_period,
        sales.project_code,
        sales.enterprise_key,
        kpis.kpi,
        kpis.kpi_value,
        sales.evidence_grade as grade
    from first_sales as sales
    inner join {{ ref('int_sales_changes') }} as changes
        on
            sales.project_code = changes.project_code
            and sales.submission_id = changes.submission_id
            and sales.row_number = changes.row_number
    cross join
        lateral (
            values
            {{ kpis_of_sales('changes') }}
        ) as kpis (kpi, kpi_value)
    where {{ needs_no_waiver('sales', 'sales', 'waived.is_let_be_assessed') }}

),

every_value as (

    select * from training_values
    union all
    select * from practice_values
    union all
    select * from standard_values
    union all
    select * from job_values
    union all
    select * from sales_values

)

select
    reports.as_of_period,
    reports.project_code,
    reports.enterprise_key,
    kpis.kpi,
    kpis.unit,
    cast(every_value.kpi_value as numeric) as kpi_value,
    every_value.grade,
    places.period_index,
    places.pillar,
    places.country,
    places.value_chain
from reports
cross join {{ ref('kpis') }} as kpis
left join every_value
    on
        reports.as_of_period = every_value.as_of_period
        and reports.project_code = every_value.project_code
        and reports.enterprise_key = every_value.enterprise_key
        and kpis.kpi = every_value.kpi
left join places
    on
        reports.as_of_period = places.as_of_period
        and reports.project_code = places.project_code
        and reports.enterprise_key = places.enterprise_key
