-- A view: five rows to each row of the table it reads. One branch a kind of scope, so that a question about one kind
-- reads the rows of that kind alone.
{{ config(materialized='view', meta={'as_of': 'period'}) }}

{% set scopes = {
    'programme': ("'all'", 'counts_in_programme'),
    'country': ('results.country', 'counts_in_country'),
    'pillar': ('results.pillar', 'counts_in_pillar'),
    'value_chain': ('results.value_chain', 'counts_in_value_chain'),
    'project': ('results.project_code', none)
} %}

{% for scope_type, (scope_code, counts) in scopes.items() %}
    select
        results.period,
        results.period_end,
        '{{ scope_type }}:' || {{ scope_code }} as scope_key,
        '{{ scope_type }}' as scope_type,
        {{ scope_code }} as scope_code,
        results.kpi,
        results.unit,
        results.project_code,
        results.enterprise_key,
        results.country,
        results.territory_key,
        results.pillar,
        results.value_chain,
        results.isic_section,
        results.size_class,
        results.owner_sex,
        results.evidence_grade,
        results.is_evidenced,
        results.valid as unique_value,
        results.is_valid
    from {{ ref('fct_result') }} as results
    where
        results.unit != 'enterprises'
        and {{ scope_code }} is not null{% if counts %} and results.{{ counts }}{% endif %}
    {% if not loop.last %}union all{% endif %}
{% endfor %}
