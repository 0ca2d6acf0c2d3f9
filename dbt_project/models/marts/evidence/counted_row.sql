-- The rows of workbooks behind every report's figures, each with its part of them.
{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'enterprise', 'as_of': 'period'},
    indexes=[{'columns': ['project_code']}, {'columns': ['period', 'kpi', 'country']}]
) }}

with

training_rows as (

    select
        as_of_period,
        project_code,
        enterprise_key,
        'msmes_trained' as kpi,
        'training' as sheet,
        submission_id,
        row_number,
        topic as item,
        cast(null as text) as sex,
        cast(null as text) as age_group,
        1 as contribution
    from {{ ref('int_counted_training') }}
    where is_leading

),

practice_rows as (

    select
        practices.as_of_period,
        practices.project_code,
        practices.enterprise_key,
        kpis.kpi,
        'practices' as sheet,
        practices.submission_id,
        practices.row_number,
        practices.practice as item,
        cast(null as text) as sex,
        cast(null as text) as age_group,
        1 as contribution
    from {{ ref('int_counted_practices') }} as practices
    cross join
        lateral (
            values
            ('msmes_practices', practices.is_leading),
            ('msmes_resource_saving', practices.is_leading_saving)
        ) as kpis (kpi, is_counted)
    where kpis.is_counted

),

standard_rows as (

    select
        standards.as_of_period,
        standards.project_code,
        standards.enterprise_key,
        kpis.kpi,
        'standards' as sheet,
        standards.submission_id,
        standards.row_number,
        standards.standard as item,
        cast(null as text) as sex,
        cast(null as text) as age_group,
        1 as contribution
    from {{ ref('int_counted_standards') }} as standards
    cross join
        lateral (
            values
            ('msmes_standards', standards.is_leading),
            ('msmes_certified', standards.is_leading_certified)
        ) as kpis (kpi, is_counted)
    where kpis.is_counted

),

job_rows as (

    select
        jobs.as_of_period,
        jobs.project_code,
        jobs.enterprise_key,
        case jobs.unit when 'FTE' then kpis.kpi || '_fte' else kpis.kpi end as kpi,
        'jobs' as sheet,
        jobs.submission_id,
        jobs.row_number,
        cast(null as text) as item,
        jobs.sex,
        jobs.age_group,
        kpis.contribution
    from {{ ref('int_counted_jobs') }} as jobs
    cross join
        lateral (
            values
            {{ kpis_of_jobs('jobs') }}
        ) as kpis (kpi, contribution)

),

sales_rows as (

    select
        sales.as_of_period,
        sales.project_code,
        sales.enterprise_key,
        kpis.kpi,
        'sales' as sheet,
        sales.submission_id,
        sales.row_number,
        cast(null as text) as item,
        cast(null as text) as sex,
        cast(null as text) as age_group,
        kpis.contribution
    from {{ ref('int_report_sales') }} as sales
    cross join
        lateral (
            values
            {{ kpis_of_sales('sales') }}
        ) as kpis (kpi, contribution)

),

every_row as (

    select * from training_rows
    union all
    select * from practice_rows
    union all
    select * from standard_rows
    union all
    select * from job_rows
    union all
    select * from sales_rows

)

select
    concat_ws('/', every_row.as_of_period, every_row.kpi, every_row.submission_id, every_row.row_number) as counted_key,
    every_row.as_of_period as period,
    {{ period_end('every_row.as_of_period') }} as period_end,
    every_row.kpi,
    every_row.submission_id,
    every_row.row_number,
    every_row.sheet,
    every_row.project_code,
    every_row.enterprise_key,
    cast(every_row.contribution as numeric) as contribution,
    reports.grade as evidence_grade,
    every_row.item,
    every_row.sex,
    every_row.age_group,
    reports.country,
    reports.pillar,
    reports.value_chain,
    reports.counts_in_programme,
    reports.counts_in_country,
    reports.counts_in_pillar,
    reports.counts_in_value_chain,
    -- publication fills in since when a row stands as it is
    cast(null as text) as from_night,
    cast(null as date) as from_as_of
from every_row
inner join {{ ref('int_surviving_values') }} as reports
    on
        every_row.as_of_period = reports.as_of_period
        and every_row.project_code = reports.project_code
        and every_row.enterprise_key = reports.enterprise_key
        and every_row.kpi = reports.kpi
where every_row.contribution != 0
