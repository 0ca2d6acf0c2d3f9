-- A view: spread over the scopes, five rows to each row counted, it would be the largest table of all. One branch a
-- kind of scope, so that a question about one kind reads the rows of that kind alone.
{{ config(materialized='view', meta={'as_of': 'period'}) }}

{% set scopes = {
    'programme': ("'all'", 'counts_in_programme'),
    'country': ('rows_counted.country', 'counts_in_country'),
    'pillar': ('rows_counted.pillar', 'counts_in_pillar'),
    'value_chain': ('rows_counted.value_chain', 'counts_in_value_chain'),
    'project': ('rows_counted.project_code', none)
} %}

{% for scope_type, (scope_code, counts) in scopes.items() %}
    select
        rows_counted.period,
        rows_counted.period_end,
        '{{ scope_type }}' as scope_type,
        {{ scope_code }} as scope_code,
        rows_counted.kpi,
        rows_counted.submission_id,
        submissions.delivery_label as file_name,
        rows_counted.sheet,
        rows_counted.row_number,
        rows_counted.enterprise_key,
        rows_counted.contribution,
        rows_counted.evidence_grade,
        rows_counted.project_code
    from {{ ref('counted_row') }} as rows_counted
    inner join {{ ref('fct_submission') }} as submissions on rows_counted.submission_id = submissions.submission_id
    where {{ scope_code }} is not null{% if counts %} and rows_counted.{{ counts }}{% endif %}
    {% if not loop.last %}union all{% endif %}
{% endfor %}
