{# In every scope the slices of a mart add up to the figures of kpi_headline, for each of the indicators named, or all. #}
{% test adds_up_to_headline(model, kpis=none) %}

with

slices as (

    select * from {{ model }}

),

totals as (

    select
        slices.period,
        scopes.scope_type,
        scopes.scope_code,
        slices.kpi,
        sum(slices.valid) as valid,
        sum(scopes.unique_value) as unique_value,
        coalesce(sum(scopes.unique_value) filter (where slices.is_evidenced), 0) as evidenced
    from slices
    cross join
        lateral (
            values
            ('programme', 'all', slices.unique_value),
            ('country', slices.country, slices.unique_in_country),
            ('pillar', slices.pillar, slices.unique_in_pillar),
            ('value_chain', slices.value_chain, slices.unique_in_value_chain),
            ('project', slices.project_code, slices.valid)
        ) as scopes (scope_type, scope_code, unique_value)
    where
        scopes.scope_code is not null
        and {{ is_rebuilt('scope of one project', ['scope_type'], 'scopes') }}
    group by slices.period, scopes.scope_type, scopes.scope_code, slices.kpi

),

headline as (

    select *
    from {{ ref('kpi_headline', rebuilt_by='scope of one project') }} as figures
    {% if kpis %}
    where kpi in ('{{ kpis | join("', '") }}')
    {% endif %}

)

select
    coalesce(headline.period, totals.period) as period,
    coalesce(headline.scope_type, totals.scope_type) as scope_type,
    coalesce(headline.scope_code, totals.scope_code) as scope_code,
    coalesce(headline.kpi, totals.kpi) as kpi
from headline
full outer join totals
    on
        headline.period = totals.period
        and headline.scope_type = totals.scope_type
        and headline.scope_code = totals.scope_code
        and headline.kpi = totals.kpi
where
    headline.kpi is null
    -- a figure of 0 and an empty one have no slices
    or abs(coalesce(headline.valid, 0) - coalesce(totals.valid, 0)) > {{ tolerance('headline.unit') }}
    or abs(coalesce(headline.unique_value, 0) - coalesce(totals.unique_value, 0)) > {{ tolerance('headline.unit') }}
    or abs(coalesce(headline.evidenced, 0) - coalesce(totals.evidenced, 0)) > {{ tolerance('headline.unit') }}

{% endtest %}
