{# The plain measures give kpi_headline: sums of people, FTE and euros in each scope (the model), and counts of distinct
   enterprises on result_summary, which is fct_result added up. #}
{% test results_add_up_to_headline(model) %}

with

results as (

    select * from {{ model }}

),

sums as (

    select
        period,
        scope_type,
        scope_code,
        kpi,
        unit,
        sum(unique_value) as unique_value,
        coalesce(sum(unique_value) filter (where is_evidenced), 0) as evidenced
    from results
    where {{ is_rebuilt('scope of one project', ['scope_type'], 'results') }}
    group by period, scope_type, scope_code, kpi, unit

),

counts as (

    select
        results.period,
        scopes.scope_type,
        scopes.scope_code,
        results.kpi,
        results.unit,
        coalesce(sum(results.valid) filter (where results.shared_enterprise_key is null), 0)
        + count(distinct results.shared_enterprise_key) as unique_value,
        coalesce(sum(results.valid) filter (where results.shared_enterprise_key is null and results.is_evidenced), 0)
        + count(distinct results.shared_enterprise_key) filter (where results.is_evidenced) as evidenced
    from {{ ref('result_summary', rebuilt_by='affected project') }} as results
    cross join lateral ({{ scopes_of('results') }}) as scopes (scope_type, scope_code)
    where
        results.unit = 'enterprises'
        and scopes.scope_code is not null
        and {{ is_rebuilt('scope of one project', ['scope_type'], 'scopes') }}
    group by results.period, scopes.scope_type, scopes.scope_code, results.kpi, results.unit

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
