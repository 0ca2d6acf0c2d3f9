{# On a distributed PostgreSQL (Citus, docs/scale.md) a table of `intermediate` is spread over the nodes by its project before
   its rows come, so that they are made where the rows they are made from are; it is logged, because nobody on the
   coordinator hears of a node that crashed and emptied what is not. Candidates stand on the coordinator, where
   publication compares them; their rows are gathered first, because Citus does not round to a column's type what it
   inserts straight from its nodes. A plain PostgreSQL gets dbt's own statement, but for the rows that a build in part adds to
   a table: they come from a view, and are not written to a temporary table first. #}
{% macro postgres__create_table_as(temporary, relation, sql) -%}
    {%- if temporary and model.resource_type == 'model' and not is_distributed() -%}
        create temporary view {{ relation }}
        {%- if config.get('contract').enforced %}
            {{ get_assert_columns_equivalent(sql) }}
        {%- endif %}
        as ({{ sql }}
        );
    {%- elif temporary or not is_distributed() -%}
        {{ dbt.postgres__create_table_as(temporary, relation, sql) }}
    {%- elif relation.schema == 'intermediate' -%}
        create table {{ relation }} as ({{ sql }}
        ) with no data;
        select create_distributed_table('{{ relation }}', attname)
        from pg_attribute
        where attrelid = cast('{{ relation }}' as regclass) and attname = 'project_code';
        insert into {{ relation }} ({{ sql }}
        );
    {%- else -%}
        create {% if config.get('unlogged') %}unlogged {% endif %}table {{ relation }}
        {{ get_assert_columns_equivalent(sql) }}
        {{ get_table_columns_and_constraints() }};
        create temporary table gathered on commit drop as ({{ sql }}
        );
        insert into {{ relation }} ({{ adapter.dispatch('get_column_names', 'dbt')() }})
        {{ get_select_subquery('select * from gathered') }};
    {%- endif -%}
{%- endmacro %}

{% macro is_distributed() -%}
    {%- if env_var('WAREHOUSE_IS_DISTRIBUTED', '') -%}yes{%- endif -%}
{%- endmacro %}
