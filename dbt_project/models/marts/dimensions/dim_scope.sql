-- The scopes of figures, whether they have any or not.
{{ config(indexes=[{'columns': ['scope_type', 'scope_code'], 'unique': true}]) }}

with

scopes as (

    select
        'programme' as scope_type,
        'all' as scope_code,
        label_es,
        label_pt,
        label_en
    from {{ ref('labels') }}
    where code_list = 'scope_type' and code = 'programme'

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
        code_list as scope_type,
        code as scope_code,
        label_es,
        label_pt,
        label_en
    from {{ ref('labels') }}
    where code_list in ('pillar', 'value_chain')

    union all

    select
        'project' as scope_type,
        project_code as scope_code,
        coalesce(title, project_code) as label_es,
        coalesce(title, project_code) as label_pt,
        coalesce(title, project_code) as label_en
    from {{ ref('stg_projects') }}

)

select
    {{ scope_key('scope_type', 'scope_code') }} as scope_key,
    scope_type,
    scope_code,
    label_es,
    label_pt,
    label_en
from scopes
