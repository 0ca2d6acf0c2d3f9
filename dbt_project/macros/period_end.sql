{# Last day of a period such as 2024-S1. The registry refuses a calendar that says another one. #}
{% macro period_end(period) -%}
    make_date(
        cast(left({{ period }}, 4) as integer),
        6 * cast(right({{ period }}, 1) as integer),
        31 - cast(right({{ period }}, 1) = '1' as integer)
    )
{%- endmacro %}
