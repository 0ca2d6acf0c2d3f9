{# Whether the columns a build in part selects are those of its table. dbt's own compares the width of numbers, too; what is
   inserted is brought to the width of the contract, in a build in part as in a full one. #}
{% macro postgres__diff_column_data_types(source_columns, target_columns) -%}
    {%- set differing = [] -%}
    {%- for column in source_columns -%}
        {%- set kept = target_columns | selectattr('name', 'equalto', column.name) | list | first -%}
        {%- if kept and column.dtype != kept.dtype and not column.can_expand_to(other_column=kept) -%}
            {%- do differing.append({'column_name': kept.name, 'new_type': column.expanded_data_type}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do return(differing) -%}
{%- endmacro %}
