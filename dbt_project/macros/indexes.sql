{# In place of dbt's own, which gives an index a name made of the time: the database finds one that is free, so that the
   statement is the same every night. An index that a build has no use for, because it does not begin with what is rebuilt
   by, is only said on the candidate, with no row in it: publication gives it to the mart, which keeps it from night to
   night. #}
{% macro postgres__get_create_index_sql(relation, index_dict) -%}
    {%- set index = adapter.parse_index(index_dict) -%}
    {%- set is_readers = relation.schema == 'candidate_marts'
        and not index.unique
        and index.columns[0] not in ['project_code', 'other_project_code'] -%}
    create {% if index.unique %}unique {% endif %}index on {{ relation }}
    {% if index.type %}using {{ index.type }} {% endif %}({{ index.columns | join(', ') }})
    {%- if is_readers %} where false{% endif %}
{%- endmacro %}
