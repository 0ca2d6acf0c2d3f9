{# What a night rebuilds, as conditions for a "where". intermediate.pending lists it (docs/incremental.md); in a full build,
   and wherever a table is not there yet, every condition is simply true. Codes are written out: a list of constants is
   pushed into every branch of a query, and the planner knows what it selects. #}

{# "yes" where the node at work keeps rows of former nights: an incremental table that exists, a view of this run's rows
   between two such tables, a test of them. Not dbt's is_incremental(), which every unit test would have to override. #}
{% macro keeps_rows() -%}
    {%- if execute and not should_full_refresh()
        and (
            model.resource_type == 'test'
            or (model.resource_type == 'model' and model.config.materialized == 'view')
            or (model.config.materialized == 'incremental' and load_cached_relation(this) is not none)
        ) -%}
        yes
    {%- endif -%}
{%- endmacro %}

{# "column in (...)" with the first column of a query's rows as constants. #}
{% macro is_one_of(column, query) -%}
    {%- set codes = run_query(query).columns[0].values() -%}
    {%- if codes -%}
        {{ column }} in (
            {%- for code in codes -%}
                '{{ code | replace("'", "''") }}'{% if not loop.last %}, {% endif %}
            {%- endfor -%}
        )
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}

{% macro pending(kind) -%}
    select code from intermediate.pending where kind = '{{ kind }}'
{%- endmacro %}

{# Projects whose own deliveries, verdicts, waivers or place in the registry changed. #}
{% macro in_changed_project(column) -%}
    {%- if keeps_rows() -%}
        {{ is_one_of(column, pending('changed project')) }}
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{# Deliveries of changed projects: for tables that know no project. #}
{% macro in_changed_submission(column) -%}
    {%- if keeps_rows() -%}
        {{ is_one_of(
            column,
            'select submission_id from ops.submission where project_code in (' ~ pending('changed project') ~ ')'
        ) }}
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{# Changed projects and those that report an enterprise which one of them reports or reported. #}
{% macro in_affected_project(column) -%}
    {%- if keeps_rows() -%}
        {{ is_one_of(column, pending('affected project')) }}
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{# Enterprises that a changed project reports or reported: all that is said of them, by whichever project. #}
{% macro of_affected_enterprise(alias='') -%}
    {%- if keeps_rows() -%}
        {%- set prefix = alias ~ '.' if alias else '' -%}
        {{ in_affected_project(prefix ~ 'project_code') }}
        and {{ prefix }}enterprise_key in ({{ pending('enterprise') }})
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{# Scopes whose figures may differ: all but those of single projects that are not affected. #}
{% macro in_affected_scope(alias='') -%}
    {%- if keeps_rows() -%}
        {%- set prefix = alias ~ '.' if alias else '' -%}
        ({{ prefix }}scope_type != 'project' or {{ in_affected_project(prefix ~ 'scope_code') }})
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{# Condition on the rows that a model, by its meta "rebuilt_by", makes anew; none for models made anew as a whole. #}
{% macro rebuilt_rows(node) -%}
    {%- set unit = node.config.meta.get('rebuilt_by') -%}
    {%- if unit == 'changed project' -%}
        {{ is_one_of('project_code', pending('changed project')) }}
    {%- elif unit == 'affected project' -%}
        {{ is_one_of('project_code', pending('affected project')) }}
    {%- elif unit == 'enterprise in project' -%}
        {{ is_one_of('project_code', pending('affected project')) }}
        and enterprise_key in ({{ pending('enterprise') }})
    {%- elif unit == 'enterprise' -%}
        enterprise_key in ({{ pending('enterprise') }})
    {%- elif unit == 'scope' -%}
        (scope_type != 'project' or {{ is_one_of('scope_code', pending('affected project')) }})
    {%- elif unit == 'pair of projects' -%}
        (
            {{ is_one_of('project_code', pending('changed project')) }}
            or {{ is_one_of('other_project_code', pending('changed project')) }}
        )
    {%- elif unit is not none -%}
        {{ exceptions.raise_compiler_error(node.name ~ ' is rebuilt by "' ~ unit ~ '", which is none of the units') }}
    {%- endif -%}
{%- endmacro %}

{# Before an incremental model adds the rows it makes anew: away with those of former nights, in the same transaction. #}
{% macro make_room() -%}
    {%- if model.config.materialized == 'incremental' and keeps_rows() -%}
        delete from {{ this }} where {{ rebuilt_rows(model) }}
    {%- endif -%}
{%- endmacro %}

{# After a model is made anew: a fresh table has no statistics, and without them the planner joins millions of rows by
   nested loops. Autovacuum keeps them for tables that keep their rows. #}
{% macro analyze_if_new() -%}
    {%- if not keeps_rows() and model.config.materialized != 'view' -%}
        analyze {{ this }}
    {%- endif -%}
{%- endmacro %}

{# Scopes that the rows made anew alone add up to: a test that adds up rows can look at no other. #}
{% macro of_affected_scope(alias) -%}
    {%- if keeps_rows() -%}
        {{ alias }}.scope_type = 'project' and {{ in_affected_project(alias ~ '.scope_code') }}
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{# Tests look at the rows made anew, the others were tested the night they were made; a full build tests everything. #}
{% macro get_where_subquery(relation) -%}
    {%- if execute and not should_full_refresh() -%}
        {%- for node in graph.nodes.values()
            if node.resource_type == 'model'
            and node.config.materialized == 'incremental'
            and node.schema == relation.schema
            and node.alias == relation.identifier -%}
            {%- do return('(select * from ' ~ relation ~ ' where ' ~ rebuilt_rows(node) ~ ') as rebuilt') -%}
        {%- endfor -%}
    {%- endif -%}
    {%- do return(default__get_where_subquery(relation)) -%}
{%- endmacro %}
