-- What became of the enterprises that joined in the same semester, as of each period.

with

enterprises as (

    select
        enterprise_key,
        country,
        {{ semester_of('first_joined_on') }} as cohort
    from {{ ref('dim_enterprise') }}
    where is_current_key and is_valid and first_joined_on is not null

),

reached as (

    -- Figures of earlier periods may know an enterprise by another key than today's.
    select
        stages.as_of_period as period,
        enterprises.current_enterprise_key as enterprise_key,
        bool_or(stages.is_trained) as is_trained,
        bool_or(stages.has_practice) as has_practice,
        bool_or(stages.has_standard) as has_standard,
        bool_or(stages.has_more_business) as has_more_business
    from {{ ref('int_enterprise_stages') }} as stages
    inner join {{ ref('dim_enterprise') }} as enterprises on stages.enterprise_key = enterprises.enterprise_key
    group by stages.as_of_period, enterprises.current_enterprise_key

),

scopes as (

    select
        period,
        period_end,
        scope_key,
        scope_type,
        scope_code
    from {{ ref('kpi_headline') }}
    where kpi = 'msmes_trained' and scope_type in ('programme', 'country')

),

counts as (

    select
        periods.period,
        enterprises.country,
        enterprises.cohort,
        count(*) as enterprise_count,
        count(*) filter (where reached.is_trained) as trained,
        count(*) filter (where reached.has_practice) as with_practice,
        count(*) filter (where reached.has_standard) as with_standard,
        count(*) filter (where reached.has_more_business) as with_more_business
    from (select distinct period from scopes) as periods
    inner join enterprises on periods.period >= enterprises.cohort
    left join reached
        on
            periods.period = reached.period
            and enterprises.enterprise_key = reached.enterprise_key
    group by periods.period, enterprises.country, enterprises.cohort

)

select
    scopes.period || '/' || scopes.scope_key || '/' || counts.cohort as cohort_key,
    scopes.period,
    scopes.period_end,
    scopes.scope_key,
    scopes.scope_type,
    scopes.scope_code,
    counts.cohort,
    cast(sum(counts.enterprise_count) as bigint) as enterprise_count,
    cast(sum(counts.trained) as bigint) as trained,
    cast(sum(counts.with_practice) as bigint) as with_practice,
    cast(sum(counts.with_standard) as bigint) as with_standard,
    cast(sum(counts.with_more_business) as bigint) as with_more_business,
    cast(100.0 * sum(counts.with_practice) / sum(counts.enterprise_count) as numeric(6, 1)) as percent_with_practice
from scopes
inner join counts
    on
        scopes.period = counts.period
        and (scopes.scope_type = 'programme' or scopes.scope_code = counts.country)
group by
    scopes.period, scopes.period_end, scopes.scope_key, scopes.scope_type, scopes.scope_code, counts.cohort
