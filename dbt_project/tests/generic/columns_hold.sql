{# Keys lead to a row of their dimension, where they have the same name, and codes are of their closed list; empty ones are
   left alone. One test a mart and one look at its rows: as tests of their own they cost dbt and the server more than what
   they do. "broken" tells which columns. #}
{% test columns_hold(model, keys={}, lists={}) %}

with

checked as (

    select * from {{ model }}

),

judged as (

    select
        checked.*,
        concat_ws(
            '; '
            {%- for column, dimension in keys.items() %},
            case
                when checked.{{ column }} is not null and of_{{ column }}.{{ column }} is null
                    then '{{ column }} is not in {{ dimension.identifier }}'
            end
            {%- endfor %}
            {%- for column, codes in lists.items() %},
            case
                when checked.{{ column }} not in ('{{ codes | join("', '") }}')
                    then '{{ column }} is none of {{ codes | join(', ') }}'
            end
            {%- endfor %}
        ) as broken
    from checked
    {% for column, dimension in keys.items() -%}
        left join {{ dimension }} as of_{{ column }} on checked.{{ column }} = of_{{ column }}.{{ column }}
    {% endfor %}

)

select *
from judged
where broken != ''

{% endtest %}
