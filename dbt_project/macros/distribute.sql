{# After a table is made anew, on a distributed PostgreSQL such as Citus (variable is_distributed): one that has the project,
   or else the enterprise, is spread by it, so that a project's rows are joined on one node; there its key takes that column
   in, because nodes look for what is unique each for itself. Marts without either are on every node. On a plain
   PostgreSQL it does nothing. #}
{% macro distribute() -%}
    {%- if var('is_distributed') and model.config.materialized != 'view' and not keeps_rows() -%}
        {%- set key = model.constraints | selectattr('type', 'equalto', 'primary_key') | map(attribute='columns') | first -%}
        {%- set columns = adapter.get_columns_in_relation(this) | map(attribute='name') | list -%}
        {%- set column = (['project_code', 'enterprise_key'] | select('in', columns) | first) -%}
        {%- if column -%}
            {%- if key and column not in key -%}
                do $$
                begin
                    execute (
                        select format('alter table %s drop constraint %I', conrelid::regclass, conname)
                        from pg_constraint
                        where conrelid = '{{ this }}'::regclass and contype = 'p'
                    );
                end
                $$;
                alter table {{ this }} add primary key ({{ (key + [column]) | join(', ') }});
            {%- endif %}
            select create_distributed_table('{{ this }}', '{{ column }}')
        {%- elif key -%}
            select create_reference_table('{{ this }}')
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
