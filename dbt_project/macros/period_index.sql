{# Index of a period such as 2024-S1: 2 * year + semester, so that consecutive semesters differ by 1. #}
{% macro period_index(period) -%}
    (2 * cast(left({{ period }}, 4) as integer) + cast(right({{ period }}, 1) as integer))
{%- endmacro %}

{# Semester of a day, such as 2024-S1; empty without one. #}
{% macro semester_of(day) -%}
    to_char({{ day }}, 'YYYY') || '-S' || case when extract(month from {{ day }}) > 6 then '2' else '1' end
{%- endmacro %}
