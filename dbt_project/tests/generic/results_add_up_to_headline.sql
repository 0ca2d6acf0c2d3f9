{# The plain measures give kpi_headline: sums of people, FTE and euros in each scope (the model), and counts of distinct
   enterprises over the columns of fct_result. #}
{% test results_add_up_to_headline(model) %}

with

sums as (

    select
        period,
        scope_type,
        scope_code,
        kpi,
        unit,
        sum(unique_value) as unique_value,
        coalesce(sum(unique_value) filter (where is_evidenced), 0) as evidenced
    from {{ model }} as results
    where {{ is_rebuilt('scope of one project', ['scope_type'], 'results') }}
    group by period, scope_type, scope_code, kpi, unit

),

results as (

    select *
    from {{ ref('fct_result', rebuilt_by='affected project') }} as results
    where unit = 'enterprises'

),

repeated as (

    -- Few enterprises are reported twice: they alone have to be told apart, everywhere they are.
    select
        period,
        kpi,
        enterprise_key
    from results
    group by period, kpi, enterprise_key
    having count(*) > 1

),

cells as (

    select
        results.period,
        results.kpi,
        results.unit,
        results.project_code,
        results.country,
        results.pillar,
        results.value_chain,
        repeated.enterprise_key,
        count(*) as enterprise_count,
        count(*) filter (where results.is_evidenced) as evidenced_count
    from results
    left join repeated
        on
            results.period = repeated.period
            and results.kpi = repeated.kpi
            and results.enterprise_key = repeated.enterprise_key
    group by
        results.period, results.kpi, results.unit, results.project_code, results.country, results.pillar,
        results.value_chain, repeated.enterprise_key

),

counts as (

    select
        cells.period,
        scopes.scope_type,
        scopes.scope_code,
        cells.kpi,
        cells.unit,
        coalesce(sum(cells.enterprise_count) filter (where cells.enterprise_key is null), 0)
        + count(distinct cells.enterprise_key) as unique_value,
        coalesce(sum(cells.evidenced_count) filter (where cells.enterprise_key is null), 0)
        + count(distinct cells.enterprise_key) filter (where cells.evidenced_count > 0) as evidenced
    from cells
    cross join lateral ({{ scopes_of('cells') }}) as scopes (scope_type, scope_code)
    where
        scopes.scope_code is not null
        and {{ is_rebuilt('scope of one project', ['scope_type'], 'scopes') }}
    group by cells.period, scopes.scope_type, scopes.scope_code, cells.kpi, cells.unit

),

figures as (

    select * from sums
    union all
    select * from counts

)

select
    coalesce(headline.period, figures.period) as period,
    coalesce(headline.scope_type, figures.scope_type) as scope_type,
    coalesce(headline.scope_code, figures.scope_code) as scope_code,
    coalesce(headline.kpi, figures.kpi) as kpi
from {{ ref('kpi_headline', rebuilt_by='scope of one project') }} as headline
full outer join figures
    on
        headline.period = figures.period
        and headline.scope_type = figures.scope_type
        and headline.scope_code = figures.scope_code
        and headline.kpi = figures.kpi
where
    headline.kpi is null
    or abs(coalesce(headline.unique_value, 0) - coalesce(figures.unique_value, 0)) > {{ tolerance('headline.unit') }}
    or abs(coalesce(headline.evidenced, 0) - coalesce(figures.evidenced, 0)) > {{ tolerance('headline.unit') }}

{% endtest %}
