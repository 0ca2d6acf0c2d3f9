{# Whether a figure bears out a claim in the relation of its wording. #}
{% macro is_borne_out(figure) -%}
    case relation
        when 'exactly' then {{ figure }} = claimed_value
        when 'about' then abs({{ figure }} - claimed_value) <= 0.10 * claimed_value
        when 'more_than' then {{ figure }} > claimed_value
    end
{%- endmacro %}

{# What that says of the claim; "difference" is the figure minus what is claimed. #}
{% macro verdict_on_claim(is_borne_out, difference) -%}
    case
        when {{ is_borne_out }} then 'confirmed'
        when {{ difference }} < 0 or ({{ difference }} = 0 and relation = 'more_than') then 'overstated'
        when {{ difference }} > 0 then 'understated'
        else 'no_figure'
    end
{%- endmacro %}
