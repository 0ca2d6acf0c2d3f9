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
    {{ scope_key('scopes.scope_type', 'scopes.scope_code') }} as scope_key,
    scopes.scope_type,
    scopes.scope_code,
    scopes.label_es,
    scopes.label_pt,
    scopes.label_en,
    -- Columns, because readers choose by them: of an expression the planner does not know that no two scopes share one.
    {{ scope_title('es') }} as title_es,
    {{ scope_title('pt') }} as title_pt,
    {{ scope_title('en') }} as title_en
from scopes
inner join {{ ref('labels') }} as kinds on kinds.code_list = 'scope_type' and scopes.scope_type = kinds.code
