-- What one project says of one enterprise as of a period: where it stands and where it belongs.
{{ config(
    meta={'rebuilt_by': 'enterprise', 'as_of': 'as_of_period'},
    indexes=[{'columns': ['project_code']}, {'columns': ['enterprise_key']}]
) }}

with

first_rows as (

    select distinct on (enterprise_key, as_of_period, project_code) *
    from {{ ref('int_enterprise_identities') }}
    where is_in_report
    order by enterprise_key, as_of_period, project_code, row_number

)

select
    first_rows.as_of_period,
    first_rows.as_of_index,
    first_rows.as_of_date,
    first_rows.project_code,
    first_rows.enterprise_key,
    first_rows.has_tax_id,
    first_rows.submission_id,
    first_rows.period,
    first_rows.period_index,
    first_rows.row_number,
    first_rows.is_stale,
    projects.pillar,
    enterprises.country,
    enterprises.territory_code,
    territories.territory_code as known_territory_code,
    enterprises.isic_class,
    classes.section as isic_section,
    enterprises.value_chain,
    enterprises.size_class,
    enterprises.owner_sex,
    enterprises.owner_age_group,
    enterprises.joined_on,
    count(*) over (partition by first_rows.enterprise_key, first_rows.as_of_period) > 1 as is_shared
from first_rows
inner join {{ ref('int_enterprise_rows') }} as enterprises
    on
        first_rows.project_code = enterprises.project_code
        and first_rows.submission_id = enterprises.submission_id
        and first_rows.row_number = enterprises.row_number
left join {{ ref('stg_projects') }} as projects on first_rows.project_code = projects.project_code
left join {{ ref('territories') }} as territories
    on
        enterprises.country = territories.country
        and enterprises.territory_code = territories.territory_code
left join {{ ref('isic_classes') }} as classes on enterprises.isic_class = classes.isic_class
