-- Every indicator of every report that has a value for it, with the evidence grade behind it.
with

counted as (

    select as_of_period, project_code, enterprise_key, 'msmes_trained' as kpi, 1 as kpi_value, grade
    from {{ ref('int_report_training') }}

    union all

    select as_of_period, project_code, enterprise_key, 'msmes_practices', 1, practices_grade
    from {{ ref('int_report_practices') }}

    union all

    select as_of_period, project_code, enterprise_key, 'msmes_resource_saving', 1, saving_grade
    from {{ ref('int_report_practices') }}
    where saving_grade is not null

    union all

    select as_of_period, project_code, enterprise_key, 'msmes_standards', 1, standards_grade
    from {{ ref('int_report_standards') }}

    union all

    select as_of_period, project_code, enterprise_key, 'msmes_certified', 1, certified_grade
    from {{ ref('int_report_standards') }}
    where certified_grade is not null

    union all

    select as_of_period, project_code, enterprise_key, 'msmes_volume_assessable', 1, grade
    from {{ ref('int_report_sales') }}

    union all

    -- 0 says: assessable, and not increased
    select as_of_period, project_code, enterprise_key, 'msmes_volume_increased', cast(is_increased as integer), grade
    from {{ ref('int_report_sales') }}

),

summed as (

    select jobs.as_of_period, jobs.project_code, jobs.enterprise_key, kpis.kpi, kpis.kpi_value, jobs.grade
    from {{ ref('int_report_jobs') }} as jobs
    cross join lateral (
        values
        ('green_jobs_created', jobs.created),
        ('green_jobs_maintained', jobs.maintained),
        ('green_jobs', jobs.created + jobs.maintained),
        ('green_jobs_created_fte', jobs.created_fte),
        ('green_jobs_maintained_fte', jobs.maintained_fte),
        ('green_jobs_fte', jobs.created_fte + jobs.maintained_fte)
    ) as kpis (kpi, kpi_value)

    union all

    select sales.as_of_period, sales.project_code, sales.enterprise_key, kpis.kpi, kpis.kpi_value, sales.grade
    from {{ ref('int_report_sales') }} as sales
    cross join lateral (
        values
        ('volume_change_real_eur', sales.volume_eur),
        ('volume_change_nominal_eur', sales.nominal_change_eur)
    ) as kpis (kpi, kpi_value)
    where sales.has_rates

),

every_kpi as (

    select * from counted
    union all
    select * from summed

)

select
    every_kpi.as_of_period,
    every_kpi.project_code,
    every_kpi.enterprise_key,
    every_kpi.kpi,
    cast(every_kpi.kpi_value as numeric) as kpi_value,
    every_kpi.grade,
    reports.submission_id,
    reports.period_index,
    reports.pillar,
    reports.country,
    reports.value_chain,
    reports.is_shared
from every_kpi
inner join {{ ref('int_reports') }} as reports
    on
        every_kpi.as_of_period = reports.as_of_period
        and every_kpi.project_code = reports.project_code
        and every_kpi.enterprise_key = reports.enterprise_key
