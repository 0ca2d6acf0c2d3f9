{# Whether a row counts for an indicator by what it says itself (kpis.md: Indicators), as of a period's last day. #}
{% macro is_in_use(practices, as_of_date) -%}
    {{ practices }}.is_valid
            and {{ practices }}.status = 'in_use'
            and {{ as_of_date }} >= {{ practices }}.since_date
{%- endmacro %}

{% macro is_saving(practices) -%}
    coalesce(
            {{ practices }}.resource is not null
            and {{ practices }}.unit is not null
            and {{ practices }}.baseline_value > 0
            and {{ practices }}.baseline_value - {{ practices }}.current_value >= 0.20 * {{ practices }}.baseline_value,
            false
        )
{%- endmacro %}

{% macro is_in_force(standards, as_of_date) -%}
    {{ standards }}.is_valid
            and {{ standards }}.status in ('implemented', 'certified')
            and {{ as_of_date }} >= {{ standards }}.valid_from
            and ({{ standards }}.valid_to is null or {{ as_of_date }} <= {{ standards }}.valid_to)
{%- endmacro %}

{% macro is_certified(standards, kinds) -%}
    coalesce(
            {{ standards }}.status = 'certified'
            and {{ standards }}.certificate_no is not null
            and {{ kinds }}.kind = 'certification',
            false
        )
{%- endmacro %}

{# Whether a row would be there if the rows that only a waiver lets in (int_waived_rows) were not; `of` says which of them. #}
{% macro needs_no_waiver(rows_of, sheet, of='true') -%}
    not exists (
            select 1
            from {{ ref('int_waived_rows') }} as waived
            where
                waived.project_code = {{ rows_of }}.project_code
                and waived.submission_id = {{ rows_of }}.submission_id
                and waived.sheet = '{{ sheet }}'
                and waived.row_number = {{ rows_of }}.row_number
                and {{ of }}
        )
{%- endmacro %}

{# Which report speaks for an enterprise comes first: the one with the most where enterprises are counted, then the best
   evidence, the latest, and by project. #}
{% macro speaks_first(reports, unit) -%}
    case when {{ unit }} = 'enterprises' then {{ reports }}.kpi_value end desc,
                {{ reports }}.grade, {{ reports }}.period_index desc, {{ reports }}.project_code
{%- endmacro %}
