-- Everything a figure can be of, whether it has one or not.
with

scopes as (

    select
        scope_type,
        scope_code,
        label_es,
        label_pt,
        label_en
    from {{ ref('scopes') }}

    union all

    select
        'country' as scope_type,
        country as scope_code,
        name_es as label_es,
        name_pt as label_pt,
        name_en as label_en
    from {{ ref('countries') }}

    union all

    select
        'value_chain' as scope_type,
        code as scope_code,
        label_es,
        label_pt,
        label_en
    from {{ ref('codelists') }}
    where codelist = 'value_chain'

    union all

    -- A project's title is in one language.
    select
        'project' as scope_type,
        project_code as scope_code,
        concat_ws(' ', project_code, title) as label_es,
        concat_ws(' ', project_code, title) as label_pt,
        concat_ws(' ', project_code, title) as label_en
    from {{ ref('stg_projects') }}

)

select
    scope_type || ':' || scope_code as scope_key,
    *
from scopes
