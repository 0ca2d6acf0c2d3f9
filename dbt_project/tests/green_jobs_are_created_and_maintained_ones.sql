-- In people and in FTE the total is the sum of its two parts, in every column.
with

parts as (

    select
        period,
        scope_type,
        scope_code,
        right(kpi, 4) = '_fte' as is_fte,
        kpi in ('green_jobs', 'green_jobs_fte') as is_total,
        valid,
        unique_value,
        evidenced
    from {{ ref('kpi_headline') }}
    where kpi in (
        'green_jobs', 'green_jobs_created', 'green_jobs_maintained',
        'green_jobs_fte', 'green_jobs_created_fte', 'green_jobs_maintained_fte'
    )

)

select
    period,
    scope_type,
    scope_code,
    is_fte
from parts
group by period, scope_type, scope_code, is_fte
having
    {% for figure in ('valid', 'unique_value', 'evidenced') %}
        abs(sum(case when is_total then {{ figure }} else -{{ figure }} end))
        > {{ tolerance("case when is_fte then 'FTE' else 'people' end") }}
        {% if not loop.last %}or{% endif %}
    {% endfor %}
