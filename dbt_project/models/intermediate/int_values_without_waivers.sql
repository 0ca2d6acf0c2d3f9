-- What a report with rows that only a waiver lets in would come to without them, for every indicator; empty where nothing
-- would be left. An earlier delivery that would stand in for a row or a delivery is not looked for.
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

refs as (

    select refs.*
    from {{ ref('int_report_refs') }} as refs
    inner join reports
        on
            refs.as_of_period = reports.as_of_period
            and refs.project_code = reports.project_code
            and refs.enterprise_key = reports.enterprise_key

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
    where
        not exists (
            select 1
            from {{ ref('int_waived_rows') }} as waived
            where
                waived.submission_id = training.submission_id
                and waived.sheet = 'training'
                and waived.row_number = training.row_number
        )
    group by reports.as_of_period, reports.project_code, reports.enterprise_key

),

practice_values as (

    select
        practices.as_of_period,
        practices.project_code,
        practices.enterprise_key,
        kpis.kpi,
        1 as kpi_value,
        min(practices.grade) as grade
    from {{ ref('int_counted_practices') }} as practices
    inner join reports
        on
            practices.as_of_period = reports.as_of_period
            and practices.project_code = reports.project_code
            and practices.enterprise_key = reports.enterprise_key
    cross join
        lateral (
            values
            ('msmes_practices', true),
            ('msmes_resource_saving', practices.is_saving)
        ) as kpis (kpi, is_counted)
    where
        kpis.is_counted
        and not exists (
            select 1
            from {{ ref('int_waived_rows') }} as waived
            where
                waived.submission_id = practices.submission_id
                and waived.sheet = 'practices'
                and waived.row_number = practices.row_number
        )
    group by practices.as_of_period, practices.project_code, practices.enterprise_key, kpis.kpi

),

standard_values as (

    select
        standards.as_of_period,
        standards.project_code,
        standards.enterprise_key,
        kpis.kpi,
        1 as kpi_value,
        min(standards.grade) as grade
    from {{ ref('int_counted_standards') }} as standards
    inner join reports
        on
            standards.as_of_period = reports.as_of_period
            and standards.project_code = reports.project_code
            and standards.enterprise_key = reports.enterprise_key
    cross join
        lateral (
            values
            ('msmes_standards', true),
            ('msmes_certified', standards.is_certified)
        ) as kpis (kpi, is_counted)
    where
        kpis.is_counted
        and not exists (
            select 1
            from {{ ref('int_waived_rows') }} as waived
            where
                waived.submission_id = standards.submission_id
                and waived.sheet = 'standards'
                and waived.row_number = standards.row_number
        )
    group by standards.as_of_period, standards.project_code, standards.enterprise_key, kpis.kpi

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
    where
        not exists (
            select 1
            from {{ ref('int_waived_rows') }} as waived
            where
                waived.submission_id = jobs.submission_id
                and waived.sheet = 'jobs'
                and waived.row_number = jobs.row_number
        )
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
    where
        not exists (
            select 1
            from {{ ref('int_waived_rows') }} as waived
            where
                waived.submission_id = sales.submission_id
                and waived.sheet = 'sales'
                and waived.row_number = sales.row_number
                and not waived.is_let_be_assessed
        )
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
    where
        not exists (
            select 1
            from {{ ref('int_waived_rows') }} as waived
            where
                waived.submission_id = sales.submission_id
                and waived.sheet = 'sales'
                and waived.row_number = sales.row_number
                and waived.is_let_be_assessed
        )

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
    every_value.grade
from reports
cross join {{ ref('kpis') }} as kpis
left join every_value
    on
        reports.as_of_period = every_value.as_of_period
        and reports.project_code = every_value.project_code
        and reports.enterprise_key = every_value.enterprise_key
        and kpis.kpi = every_value.kpi
