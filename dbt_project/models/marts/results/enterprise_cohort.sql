-- What became of the enterprises that joined in the same semester, as of each period. Kept, because no index finds
-- what every counted row has to be read for.

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
        rows_counted.period,
        enterprises.current_enterprise_key as enterprise_key,
        bool_or(rows_counted.kpi = 'msmes_trained') as is_trained,
        bool_or(rows_counted.kpi = 'msmes_practices') as has_practice,
        bool_or(rows_counted.kpi = 'msmes_standards') as has_standard,
        bool_or(rows_counted.kpi = 'msmes_volume_increased') as has_more_business
    from {{ ref('counted_row') }} as rows_counted
    inner join {{ ref('dim_enterprise') }} as enterprises on rows_counted.enterprise_key = enterprises.enterprise_key
    where rows_counted.kpi in ('msmes_trained', 'msmes_practices', 'msmes_standards', 'msmes_volume_increased')
    group by rows_counted.period, enterprises.current_enterprise_key

)

select
    headline.period || '/' || headline.scope_key || '/' || enterprises.cohort as cohort_key,
    headline.period,
    headline.period_end,
    headline.scope_key,
    headline.scope_type,
    headline.scope_code,
    enterprises.cohort,
    count(*) as enterprise_count,
    count(*) filter (where reached.is_trained) as trained,
    count(*) filter (where reached.has_practice) as with_practice,
    count(*) filter (where reached.has_standard) as with_standard,
    count(*) filter (where reached.has_more_business) as with_more_business,
    cast(100.0 * count(*) filter (where reached.has_practice) / count(*) as numeric(6, 1)) as percent_with_practice
from {{ ref('kpi_headline') }} as headline
inner join enterprises
    on
        headline.period >= enterprises.cohort
        and (
            headline.scope_type = 'programme'
            or (headline.scope_type = 'country' and headline.scope_code = enterprises.country)
        )
left join reached
    on
        headline.period = reached.period
        and enterprises.enterprise_key = reached.enterprise_key
where headline.kpi = 'msmes_trained'
group by
    headline.period, headline.period_end, headline.scope_key, headline.scope_type, headline.scope_code,
    enterprises.cohort
