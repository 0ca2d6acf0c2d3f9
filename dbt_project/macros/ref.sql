{# dbt's own ref() and source() with a filter, as dbt gives one to the batches of a microbatch model: in a build in part a node
   reads the rows of what it rebuilds. A reference that needs others says so: ref('name', rebuilt_by='affected project'), or
   rebuilt_by=none for the whole table. #}
{% macro ref(name) -%}
    {%- do return(to_rebuild(builtins.ref(name), kwargs.get('rebuilt_by', own_unit()))) -%}
{%- endmacro %}

{% macro source(schema, table) -%}
    {%- do return(to_rebuild(builtins.source(schema, table), kwargs.get('rebuilt_by', own_unit()))) -%}
{%- endmacro %}

{% macro own_unit() -%}
    {%- do return(model.config.meta.get('rebuilt_by') if execute) -%}
{%- endmacro %}
