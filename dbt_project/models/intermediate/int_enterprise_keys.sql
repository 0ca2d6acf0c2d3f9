-- The pseudonymous key each enterprise_ref goes by in facts: its identity as of the last ended period.
{{ config(
    meta={'rebuilt_by': 'changed project'},
    indexes=[{'columns': ['project_code']}, {'columns': ['enterprise_key']}]
) }}

with

latest_identities as (

    select distinct on (project_code, enterprise_ref)
        project_code,
        enterprise_ref,
        enterprise_key,
        has_tax_id
    from {{ ref('int_enterprise_identities') }}
    order by project_code, enterprise_ref, as_of_index desc

),

refs as (

    -- Refs without any valid row have no identity; they go by the project's own key.
    select
        project_code,
        enterprise_ref,
        min(project_enterprise_key) as project_enterprise_key
    from {{ ref('int_enterprise_rows') }}
    where enterprise_ref is not null
    group by project_code, enterprise_ref

)

select
    refs.project_code,
    refs.enterprise_ref,
    coalesce(latest_identities.enterprise_key, refs.project_enterprise_key) as enterprise_key,
    coalesce(latest_identities.has_tax_id, false) as has_tax_id
from refs
left join latest_identities
    on
        refs.project_code = latest_identities.project_code
        and refs.enterprise_ref = latest_identities.enterprise_ref
