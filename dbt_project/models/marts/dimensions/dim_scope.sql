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
    -- A column, because its readers choose by it: of an expression the planner does not know that each scope has its own.
    {%- for language in ['es', 'pt', 'en'] %}
    {%- set label = 'scopes.label_' ~ language %}
    case scopes.scope_type
        when 'programme' then upper(left({{ label }}, 1)) || substr({{ label }}, 2)
        when 'project' then scopes.scope_code || ' ' || {{ label }}
        else {{ label }} || ' (' || kinds.label_{{ language }} || ')'
    end as title_{{ language }}{{ ',' if not loop.last }}
    {%- endfor %}
from scopes
inner join {{ ref('labels') }} as kinds on kinds.code_list = 'scope_type' and scopes.scope_type = kinds.code
