{# What a report says of an indicator (kpis.md: Indicators), for every model that asks. Indicators of people in FTE have the
   suffix `_fte`. #}

{# Whether a row of jobs is of a green category. #}
{% macro is_green(jobs) -%}
    {{ jobs }}.job_category in ('green', 'green_digital')
{%- endmacro %}

{# Of all its rows of green jobs, in people and FTE; a report's evidence is that of the row with the worst. #}
{% macro green_jobs_of(jobs) -%}
    max({{ jobs }}.evidence_grade) as grade
    {%- for unit, suffix in (('headcount', ''), ('fte', '_fte')) -%}
        {%- set baseline = 'coalesce(sum(' ~ jobs ~ '.baseline_' ~ unit ~ '), 0)' -%}
        {%- set current = 'coalesce(sum(' ~ jobs ~ '.current_' ~ unit ~ '), 0)' -%}
        ,
        greatest(0, {{ current }} - {{ baseline }}) as created{{ suffix }},
        coalesce(sum({{ jobs }}.maintained_{{ unit }}), 0) as maintained{{ suffix }},
        greatest(0, {{ baseline }} - {{ current }}) as lost{{ suffix }}
    {%- endfor %}
{%- endmacro %}

{# Rows (kpi, amount) for `values`. #}
{% macro kpis_of_jobs(jobs, suffix='') -%}
            ('green_jobs_created{{ suffix }}', {{ jobs }}.created{{ suffix }}),
            ('green_jobs_maintained{{ suffix }}', {{ jobs }}.maintained{{ suffix }}),
            ('green_jobs{{ suffix }}', {{ jobs }}.created{{ suffix }} + {{ jobs }}.maintained{{ suffix }}),
            ('green_jobs_lost{{ suffix }}', {{ jobs }}.lost{{ suffix }})
{%- endmacro %}

{# An increase of 0 says: assessable, and not increased. Euros are empty where a window has no rates. #}
{% macro kpis_of_sales(sales) -%}
            ('msmes_volume_assessable', 1),
            ('msmes_volume_increased', cast({{ sales }}.is_increased as integer)),
            ('volume_change_real_eur', {{ sales }}.volume_eur),
            ('volume_change_nominal_eur', {{ sales }}.nominal_change_eur)
{%- endmacro %}
