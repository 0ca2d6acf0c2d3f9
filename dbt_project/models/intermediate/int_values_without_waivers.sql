-- What a project would say of an enterprise without the rows that only a waiver lets in, for every indicator: by the
-- latest report that needs none. Empty where nothing would be left.
{{ config(meta={'rebuilt_by': 'changed project'}) }}

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
                waived.submission_id = versions.submission_id
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

practice_values as (

    select
        refs.as_of_period,
        refs.project_code,
        refs.enterprise_key,
        kpis.kpi,
        1 as kpi_value,
        min(practices.evidence_grade) as grade
    from refs
    inner join {{ ref('int_practice_rows') }} as practices
        on
            refs.project_code = practices.project_code
            and refs.submission_id = practices.submission_id
            and refs.enterprise_ref = practices.enterprise_ref
            and {{ is_in_use('practices', 'refs.as_of_date') }}
    cross join
        lateral (
            values
            ('msmes_practices', true),
            ('msmes_resource_saving', {{ is_saving('practices') }})
        ) as kpis (kpi, is_counted)
    where
        kpis.is_counted
        and {{ needs_no_waiver('practices', 'practices') }}
    group by refs.as_of_period, refs.project_code, refs.enterprise_key, kpis.kpi

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
        refs.as_of_period,
        refs.project_code,
        refs.enterprise_key,
        kpis.kpi,
        1 as kpi_value,
        min(standards.evidence_grade) as grade
    from refs
    inner join {{ ref('int_standard_rows') }} as standards
        on
            refs.project_code = standards.project_code
            and refs.submission_id = standards.submission_id
            and refs.enterprise_ref = standards.enterprise_ref
            and {{ is_in_force('standards', 'refs.as_of_date') }}
    left join {{ ref('standards') }} as kinds on standards.standard = kinds.standard
    cross join
        lateral (
            values
            ('msmes_standards', true),
            ('msmes_certified', {{ is_certified('standards', 'kinds') }})
        ) as kpis (kpi, is_counted)
    where
        kpis.is_counted
        and {{ needs_no_waiver('standards', 'standards') }}
        and (
            standards.group_role is distinct from 'holder'
            or not exists (
                select 1
                from members
                where
                    members.as_of_period = refs.as_of_period
                    and members.project_code = refs.project_code
                    and members.submission_id = refs.submission_id
                    and members.certificate_no = standards.certificate_no
                    and members.enterprise_key != refs.enterprise_key
            )
        )
    group by refs.as_of_period, refs.project_code, refs.enterprise_key, kpis.kpi

),

jobs as (

    select
        refs.as_of_period,
        refs.project_code,
        refs.enterprise_key,
        measures.suffix,
        max(jobs.evidence_grade) as grade,
        coalesce(sum(measures.current_jobs), 0) - coalesce(sum(measures.baseline_jobs), 0) as increase,
        coalesce(sum(measures.maintained), 0) as maintained
    from refs
    inner join {{ ref('int_job_rows') }} as jobs
        on
            refs.project_code = jobs.project_code
            and refs.submission_id = jobs.submission_id
            and refs.enterprise_ref = jobs.enterprise_ref
            and jobs.is_valid
            and jobs.job_category in ('green', 'green_digital')
    cross join
        lateral (
            values
            ('', jobs.baseline_headcount, jobs.current_headcount, jobs.maintained_headcount),
            ('_fte', jobs.baseline_fte, jobs.current_fte, jobs.maintained_fte)
        ) as measures (suffix, baseline_jobs, current_jobs, maintained)
    where {{ needs_no_waiver('jobs', 'jobs') }}
    group by refs.as_of_period, refs.project_code, refs.enterprise_key, measures.suffix

),

job_values as (

    select
        jobs.as_of_period,
        jobs.project_code,
        jobs.enterprise_key,
        kpis.kpi || jobs.suffix as kpi,
        kpis.kpi_value,
        jobs.grade
    from jobs
    cross join
        lateral (
            values
            ('green_jobs_created', greatest(0, jobs.increase)),
            ('green_jobs_maintained', jobs.maintained),
            ('green_jobs', greatest(0, jobs.increase) + jobs.maintained),
            ('green_jobs_lost', greatest(0, -jobs.increase))
        ) as kpis (kpi, kpi_value)

),

sales_rows as (

    select distinct on (refs.enterprise_key, refs.as_of_period, refs.project_code)
        refs.as_of_period,
        refs.project_code,
        refs.enterprise_key,
        sales.submission_id,
        sales.row_number,
        sales.evidence_grade
    from refs
    inner join {{ ref('int_sales_rows') }} as sales
        on
            refs.project_code = sales.project_code
            and refs.submission_id = sales.submission_id
            and refs.enterprise_ref = sales.enterprise_ref
            and sales.is_valid
    where {{ needs_no_waiver('sales', 'sales', 'not waived.is_let_be_assessed') }}
    order by refs.enterprise_key, refs.as_of_period, refs.project_code, sales.row_number

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
    from sales_rows as sales
    inner join {{ ref('int_sales_changes') }} as changes
        on
            sales.project_code = changes.project_code
            and sales.submission_id = changes.submission_id
            and sales.row_number = changes.row_number
    cross join
        lateral (
            values
            ('msmes_volume_assessable', 1),
            ('msmes_volume_increased', cast(changes.is_increased as integer)),
            ('volume_change_real_eur', changes.volume_eur),
            ('volume_change_nominal_eur', changes.nominal_change_eur)
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
