-- Every indicator of every report that has a value for it, with the evidence grade behind it and what the report says
-- of its enterprise.
{{ config(materialized='view', meta={'rebuilt_by': 'enterprise', 'as_of': 'as_of_period'}) }}

with

training_values as (

    select
        as_of_period,
        project_code,
        enterprise_key,
        'msmes_trained' as kpi,
        1 as kpi_value,
        grade
    from {{ ref('int_counted_training') }}
    where is_leading

),

practice_values as (

    select
        practices.as_of_period,
        practices.project_code,
        practices.enterprise_key,
        kpis.kpi,
        1 as kpi_value,
        practices.grade
    from {{ ref('int_counted_practices') }} as practices
    cross join
        lateral (
            values
            ('msmes_practices', practices.is_leading),
            ('msmes_resource_saving', practices.is_leading_saving)
        ) as kpis (kpi, is_counted)
    where kpis.is_counted

),

standard_values as (

    select
        standards.as_of_period,
        standards.project_code,
        standards.enterprise_key,
        kpis.kpi,
        1 as kpi_value,
        standards.grade
    from {{ ref('int_counted_standards') }} as standards
    cross join
        lateral (
            values
            ('msmes_standards', standards.is_leading),
            ('msmes_certified', standards.is_leading_certified)
        ) as kpis (kpi, is_counted)
    where kpis.is_counted

),

job_values as (

    select
        jobs.as_of_period,
        jobs.project_code,
        jobs.enterprise_key,
        kpis.kpi,
        kpis.kpi_value,
        jobs.grade
    from {{ ref('int_report_jobs') }} as jobs
    cross join
        lateral (
            values
            {{ kpis_of_jobs('jobs') }},
            {{ kpis_of_jobs('jobs', '_fte') }}
        ) as kpis (kpi, kpi_value)

),

sales_values as (

    select
        sales.as_of_period,
        sales.project_code,
        sales.enterprise_key,
        kpis.kpi,
        kpis.kpi_value,
        sales.grade
    from {{ ref('int_report_sales') }} as sales
    cross join
        lateral (
            values
            {{ kpis_of_sales('sales') }}
        ) as kpis (kpi, kpi_value)

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
    every_value.as_of_period,
    every_value.project_code,
    every_value.enterprise_key,
    every_value.kpi,
    cast(every_value.kpi_value as numeric) as kpi_value,
    every_value.grade,
    reports.submission_id,
    reports.period as reported_in,
    reports.period_index,
    reports.pillar,
    reports.country,
    reports.known_territory_code,
    reports.value_chain,
    reports.isic_section,
    reports.size_class,
    reports.owner_sex,
    reports.is_shared
from every_value
inner join {{ ref('int_reports') }} as reports
    on
        every_value.as_of_period = reports.as_of_period
        and every_value.project_code = reports.project_code
        and every_value.enterprise_key = reports.enterprise_key
where every_value.kpi_value is not null
