-- Nothing is dropped on the way: a data row of a current version is a fact, whether it counts or not.
{{ config(meta={'rebuilt_by': 'changed project'}) }}

{% set facts = {
    'training': 'fct_training', 'practices': 'fct_practice', 'jobs': 'fct_green_jobs',
    'standards': 'fct_standard', 'sales': 'fct_business_volume'
} %}

with

counted as (

    {% for sheet, fact in facts.items() %}
        select
            '{{ fact }}' as fact,
            (
                select count(*)
                from {{ ref('stg_' ~ sheet) }} as details
                inner join {{ ref('int_current_versions') }} as versions
                    on details.submission_id = versions.submission_id
            ) as row_count,
            (select count(*) from {{ ref(fact) }}) as fact_count
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select *
from counted
where row_count != fact_count
