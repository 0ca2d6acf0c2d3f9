{#- What changed figures since they were first published; nothing, where no night has recorded it yet. -#}
{% macro figure_change() -%}
    {%- set recorded = source('record', 'figure_change') -%}
    {%- if not execute or load_relation(recorded) is not none -%}
        {{ recorded }}
    {%- else -%}
        (
            select
                null::text as period, null::text as scope_type, null::text as scope_code, null::text as kpi,
                null::text as night_id, null::text as cause, null::numeric as difference_claimed,
                null::numeric as difference_valid, null::numeric as difference_unique,
                null::numeric as difference_evidenced
            where false
        )
    {%- endif -%}
{%- endmacro %}
