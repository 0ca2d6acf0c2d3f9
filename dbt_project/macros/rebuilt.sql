{# What a night rebuilds (docs/incremental.md): intermediate.pending lists it, and a node's meta "rebuilt_by" says by which unit.
   In a full build, and wherever a table is not there yet, nothing is filtered. #}

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

{# A relation the node at work refers to, as the rows of it that its unit rebuilds, and of those the ones as of the periods that
   are rebuilt, where the node's own are by period. Reference tables are of no project, and a view of the same unit has no
   others. #}
{% macro to_rebuild(relation, unit) -%}
    {%- if relation.schema != 'reference' and keeps_rows() -%}
        {%- set node = graph.nodes.get('model.' ~ project_name ~ '.' ~ relation.identifier) -%}
        {%- if not (node and node.config.materialized == 'view' and unit and node.config.meta.get('rebuilt_by') == unit) -%}
            {%- set condition = rebuilt_part(relation, unit, node if is_by_period(unit)) -%}
            {%- if condition -%}
                {%- do return('(select * from ' ~ relation ~ ' where ' ~ condition ~ ')') -%}
            {%- endif -%}
        {%- endif -%}
    {%- endif -%}
    {%- do return(relation) -%}
{%- endmacro %}

{# "yes" where the node at work makes rows as of the periods that are rebuilt, and no others: what it says as of a period follows
   from what is said as of that period, and from deliveries of no later one. So do tests of what is rebuilt. #}
{% macro is_by_period(unit) -%}
    {%- if (model.resource_type == 'test' and unit)
        or ('rebuilt_by' in model.config.meta and 'as_of' in model.config.meta) -%}
        yes
    {%- endif -%}
{%- endmacro %}

{# Condition on the rows of a relation that are rebuilt: those of the unit, where one is given, and as of the periods, where a
   node is, whose meta names the column "as_of". Empty where neither asks for anything. #}
{% macro rebuilt_part(relation, unit, node) -%}
    {%- set conditions = [
        rebuilt_rows(relation, unit) if unit,
        is_one_of(node.config.meta.as_of, 'period') if node and 'as_of' in node.config.meta
    ] -%}
    {%- do return(conditions | select | join(' and ')) -%}
{%- endmacro %}

{# Condition on the rows of a relation that a unit rebuilds; empty for what belongs to no project, such as code lists. #}
{% macro rebuilt_rows(relation, unit) -%}
    {%- set columns = pending('columns').get(relation.schema ~ '.' ~ relation.identifier) -%}
    {%- if columns is none -%}  {#- made since the build began -#}
        {%- set query -%}
            select cast(attname as text) from pg_attribute
            where attrelid = cast('{{ relation }}' as regclass) and attname in (
                'project_code', 'other_project_code', 'submission_id', 'enterprise_key', 'scope_type'
            )
        {%- endset -%}
        {%- set columns = run_query(query).columns[0].values() | list -%}
    {%- endif -%}
    {%- if columns -%}
        {%- do return(is_rebuilt(unit, columns)) -%}
    {%- endif -%}
{%- endmacro %}

{# The same of rows with these columns that are no table's; "true" where no rows are kept. An enterprise is looked for among
   the projects that report it; scopes of more than one project are rebuilt whatever has changed. #}
{% macro is_rebuilt(unit, columns, alias='') -%}
    {%- if not keeps_rows() -%}
        {%- do return('true') -%}
    {%- endif -%}
    {%- set prefix = alias ~ '.' if alias else '' -%}
    {%- set kind = 'changed project' if unit in ('changed project', 'pair of projects') else 'affected project' -%}
    {%- set conditions = [] -%}
    {%- if unit == 'changed submission' and 'submission_id' in columns -%}
        {%- if 'project_code' in columns -%}  {#- by which rows are found: an index a table is enough -#}
            {%- do conditions.append(is_one_of(prefix ~ 'project_code', 'changed project')) -%}
        {%- endif -%}
        {%- do conditions.append(is_one_of(prefix ~ 'submission_id', unit)) -%}
    {%- elif unit in ('changed project', 'affected project', 'enterprise') -%}
        {%- if 'project_code' in columns -%}
            {%- do conditions.append(is_one_of(prefix ~ 'project_code', kind)) -%}
        {%- elif 'submission_id' in columns -%}
            {%- do conditions.append(is_one_of(prefix ~ 'submission_id', 'submission of ' ~ kind)) -%}
        {%- endif -%}
        {%- if unit == 'enterprise' and 'enterprise_key' in columns -%}
            {%- do conditions.append(is_one_of(prefix ~ 'enterprise_key', unit)) -%}
        {%- endif -%}
    {%- elif unit == 'pair of projects' and 'other_project_code' in columns -%}
        {%- set pair = [is_one_of(prefix ~ 'project_code', kind), is_one_of(prefix ~ 'other_project_code', kind)] -%}
        {%- do conditions.append('(' ~ pair | join(' or ') ~ ')') -%}
    {%- elif unit == 'scope' and 'scope_type' in columns -%}
        {%- do conditions.append(
            '(' ~ prefix ~ "scope_type != 'project' or " ~ is_one_of(prefix ~ 'scope_code', kind) ~ ')'
        ) -%}
    {%- elif unit == 'scope of one project' -%}
        {# What the rows rebuilt add up to without the others: for tests. #}
        {%- do conditions.append(
            prefix ~ "scope_type = 'project' and " ~ is_one_of(prefix ~ 'scope_code', kind)
        ) -%}
    {%- endif -%}
    {%- if not conditions -%}
        {{ exceptions.raise_compiler_error(
            'No unit "' ~ unit ~ '" of rows with ' ~ columns | join(', ') ~ ': ref(..., rebuilt_by=...) says another, or none'
        ) }}
    {%- endif -%}
    {%- do return(conditions | join(' and ')) -%}
{%- endmacro %}

{# What the build was told when it began (include/stage5_transformation/dbt.py): asked of the database at each reference it was
   a fifth of all statements of a build in part. #}
{% macro pending(kind) -%}
    {%- do return(fromjson(env_var('WAREHOUSE_PENDING'))[kind]) -%}
{%- endmacro %}

{# Condition on a column of codes of one kind; none where all are rebuilt. Marks around it say of which kind and column it is,
   for a night that sends the statement again (replay.py). #}
{% macro is_one_of(column, kind) -%}
    {%- set condition = pending(kind) -%}
    {%- do return('/*' ~ kind ~ ':' ~ column ~ ':*/ ' ~ (column ~ condition if condition else 'true') ~ ' /*.*/') -%}
{%- endmacro %}

{# Before an incremental model adds the rows it makes anew: away with those of former nights, in the same transaction. #}
{% macro delete_rebuilt_rows() -%}
    {%- if model.config.materialized == 'incremental' and keeps_rows() -%}
        delete from {{ this }} where {{ rebuilt_part(this, model.config.meta.rebuilt_by, model) }}
    {%- endif -%}
{%- endmacro %}

{# After a model is made anew: a fresh table has no statistics, and without them the planner joins millions of rows by
   nested loops. Autovacuum keeps them for tables that keep their rows. #}
{% macro analyze_if_new() -%}
    {%- if not keeps_rows() and model.config.materialized != 'view' -%}
        analyze {{ this }}
    {%- endif -%}
{%- endmacro %}

{# Tests look at the rows made anew, the others were tested the night they were made; a full build tests everything. #}
{% macro get_where_subquery(relation) -%}
    {%- if execute and not should_full_refresh() -%}
        {%- for node in graph.nodes.values()
            if node.resource_type == 'model'
            and ('rebuilt_by' in node.config.meta or 'as_of' in node.config.meta)
            and node.schema == relation.schema
            and node.alias == relation.identifier -%}
            {%- set condition = rebuilt_part(relation, node.config.meta.get('rebuilt_by'), node) -%}
            {%- do return('(select * from ' ~ relation ~ ' where ' ~ condition ~ ') as rebuilt') -%}
        {%- endfor -%}
    {%- endif -%}
    {%- do return(default__get_where_subquery(relation)) -%}
{%- endmacro %}
