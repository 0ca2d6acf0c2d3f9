-- What became of the enterprises that joined in the same semester, as of each period.

with

reached as (

    select
        as_of_period as period,
        country,
        cohort,
        is_trained,
        has_practice,
        has_standard,
        has_more_business,
        enterprise_count
    from {{ ref('int_cohort_parts') }}
    where told_apart_key is null

    union all

    select
        as_of_period as period,
        country,
        cohort,
        bool_or(is_trained) as is_trained,
        bool_or(has_practice) as has_practice,
        bool_or(has_standard) as has_standard,
        bool_or(has_more_business) as has_more_business,
        1 as enterprise_count
    from {{ ref('int_cohort_parts') }}
    where told_apart_key is not null
    group by as_of_period, country, cohort, told_apart_key

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
        country,
        cohort,
        period,
        sum(enterprise_count) filter (where is_trained) as trained,
        sum(enterprise_count) filter (where has_practice) as with_practice,
        sum(enterprise_count) filter (where has_standard) as with_standard,
        sum(enterprise_count) filter (where has_more_business) as with_more_business
    from reached
    group by country, cohort, period

),

cohorts as (

    select
        country,
        {{ semester_of('first_joined_on') }} as cohort,
        count(*) as enterprise_count
    from {{ ref('dim_enterprise') }}
    where is_current_key and is_valid and first_joined_on is not null
    group by country, cohort

)

select
    scopes.period || '/' || scopes.scope_key || '/' || cohorts.cohort as cohort_key,
    scopes.period,
    scopes.period_end,
    scopes.scope_key,
    scopes.scope_type,
    scopes.scope_code,
    cohorts.cohort,
    cast(sum(cohorts.enterprise_count) as bigint) as enterprise_count,
    cast(coalesce(sum(counts.trained), 0) as bigint) as trained,
    cast(coalesce(sum(counts.with_practice), 0) as bigint) as with_practice,
    cast(coalesce(sum(counts.with_standard), 0) as bigint) as with_standard,
    cast(coalesce(sum(counts.with_more_business), 0) as bigint) as with_more_business,
    cast(
        100.0 * coalesce(sum(counts.with_practice), 0) / sum(cohorts.enterprise_count) as numeric(6, 1)
    ) as percent_with_practice
from scopes
inner join cohorts
    on
        scopes.period >= cohorts.cohort
        and (scopes.scope_type = 'programme' or scopes.scope_code = cohorts.country)
left join counts
    on
        scopes.period = counts.period
        and cohorts.country is not distinct from counts.country
        and cohorts.cohort = counts.cohort
group by
    scopes.period, scopes.period_end, scopes.scope_key, scopes.scope_type, scopes.scope_code, cohorts.cohort
