-- How each figure narrows from what partners declare to what is evidenced, with what was lost at each step and to what.
with

places as (

    -- What was not counted has no valid report to place it by: it goes by its project, as declared totals do.
    select
        projects.project_code,
        scopes.scope_type,
        scopes.scope_code
    from {{ ref('stg_projects') }} as projects
    cross join
        lateral (
            values
            ('programme', 'all'),
            ('country', projects.country),
            ('pillar', projects.pillar),
            ('project', projects.project_code)
        ) as scopes (scope_type, scope_code)

),

losses as (

    select
        lost.as_of_period as period,
        places.scope_type,
        places.scope_code,
        lost.kpi,
        lost.rule,
        sum(lost.amount) as amount
    from {{ ref('int_lost_values') }} as lost
    inner join places on lost.project_code = places.project_code
    group by lost.as_of_period, places.scope_type, places.scope_code, lost.kpi, lost.rule

),

reported as (

    -- All that rows say, counted or not. Value chains have no losses: a row that does not count has no chain.
    select
        headline.period,
        headline.scope_type,
        headline.scope_code,
        headline.kpi,
        headline.claimed,
        headline.valid,
        headline.unique_value,
        headline.evidenced,
        headline.valid + coalesce(sum(losses.amount), 0) as reported
    from {{ ref('kpi_headline') }} as headline
    left join losses
        on
            headline.period = losses.period
            and headline.scope_type = losses.scope_type
            and headline.scope_code = losses.scope_code
            and headline.kpi = losses.kpi
    where headline.valid is not null
    group by
        headline.period, headline.scope_type, headline.scope_code, headline.kpi, headline.claimed, headline.valid,
        headline.unique_value, headline.evidenced

),

levels_and_changes as (

    select
        reported.period,
        reported.scope_type,
        reported.scope_code,
        reported.kpi,
        steps.step_number,
        steps.step,
        steps.is_level,
        steps.reason,
        steps.amount
    from reported
    cross join
        lateral (
            values
            (1, 'claimed', true, 'declared_totals', reported.claimed),
            (2, 'not_in_rows', false, 'declared_totals', reported.reported - reported.claimed),
            (3, 'reported', true, 'rows', case when reported.scope_type != 'value_chain' then reported.reported end),
            (5, 'valid', true, 'rows', reported.valid),
            (6, 'counted_once', false, 'other_project', reported.unique_value - reported.valid),
            (7, 'unique', true, 'rows', reported.unique_value),
            (9, 'evidenced', true, 'rows', reported.evidenced)
        ) as steps (step_number, step, is_level, reason, amount)

),

rejected as (

    -- Enterprises with a row in a project's latest version that does not count.
    select distinct
        identities.as_of_period,
        enterprises.submission_id,
        identities.enterprise_key
    from {{ ref('int_enterprise_rows') }} as enterprises
    inner join {{ ref('int_enterprise_identities') }} as identities
        on
            enterprises.project_code = identities.project_code
            and enterprises.enterprise_ref = identities.enterprise_ref
    where not enterprises.is_valid

),

cells as (

    -- Added up by everything a scope asks for before it is spread over the scopes.
    select
        reports.as_of_period as period,
        reports.kpi,
        reports.project_code,
        reports.country,
        reports.pillar,
        reports.value_chain,
        reports.speaks_for_programme,
        reports.speaks_for_country,
        reports.speaks_for_pillar,
        reports.speaks_for_value_chain,
        reports.grade,
        case
            when versions.period_index < versions.as_of_index then 'late_project'
            when reports.period_index = versions.period_index then null
            when rejected.enterprise_key is not null then 'row_with_error'
            else 'no_longer_listed'
        end as carried_forward,
        sum(reports.kpi_value) as kpi_value
    from {{ ref('int_spoken_values') }} as reports
    inner join {{ ref('int_versions_in_use') }} as versions
        on
            reports.as_of_period = versions.as_of_period
            and reports.project_code = versions.project_code
    left join rejected
        on
            versions.as_of_period = rejected.as_of_period
            and versions.submission_id = rejected.submission_id
            and reports.enterprise_key = rejected.enterprise_key
    group by
        reports.as_of_period, reports.kpi, reports.project_code, reports.country, reports.pillar, reports.value_chain,
        reports.speaks_for_programme, reports.speaks_for_country, reports.speaks_for_pillar,
        reports.speaks_for_value_chain, reports.grade, carried_forward

),

spoken as (

    select
        cells.period,
        scopes.scope_type,
        scopes.scope_code,
        cells.kpi,
        cells.kpi_value,
        cells.grade,
        cells.carried_forward
    from cells
    cross join
        lateral (
            values
            ('programme', 'all', cells.speaks_for_programme),
            ('country', cells.country, cells.speaks_for_country),
            ('pillar', cells.pillar, cells.speaks_for_pillar),
            ('value_chain', cells.value_chain, cells.speaks_for_value_chain),
            ('project', cells.project_code, true)
        ) as scopes (scope_type, scope_code, speaks)
    where scopes.speaks and scopes.scope_code is not null

),

without_evidence as (

    select
        period,
        scope_type,
        scope_code,
        kpi,
        8 as step_number,
        'without_evidence' as step,
        false as is_level,
        'grade_' || grade as reason,
        -sum(kpi_value) as amount
    from spoken
    where not {{ is_evidenced('grade') }}
    group by period, scope_type, scope_code, kpi, grade

),

carried_forward as (

    select
        period,
        scope_type,
        scope_code,
        kpi,
        10 as step_number,
        'carried_forward' as step,
        false as is_level,
        carried_forward as reason,
        sum(kpi_value) as amount
    from spoken
    where carried_forward is not null
    group by period, scope_type, scope_code, kpi, carried_forward

),

without_rates as (

    -- Enterprises whose change has a sign and no amount in euros.
    select
        spoken.as_of_period as period,
        scopes.scope_type,
        scopes.scope_code,
        spoken.kpi,
        11 as step_number,
        'no_figure_in_euros' as step,
        false as is_level,
        'exchange_rate' as reason,
        cast(count(*) as numeric) as amount
    from {{ ref('int_spoken_values') }} as spoken
    inner join {{ ref('int_report_sales') }} as sales
        on
            spoken.as_of_period = sales.as_of_period
            and spoken.project_code = sales.project_code
            and spoken.enterprise_key = sales.enterprise_key
            and sales.nominal_change_eur is null
    cross join
        lateral (
            values
            ('programme', 'all', spoken.speaks_for_programme),
            ('country', spoken.country, spoken.speaks_for_country),
            ('pillar', spoken.pillar, spoken.speaks_for_pillar),
            ('value_chain', spoken.value_chain, spoken.speaks_for_value_chain),
            ('project', spoken.project_code, true)
        ) as scopes (scope_type, scope_code, speaks)
    where spoken.kpi = 'msmes_volume_assessable' and scopes.speaks and scopes.scope_code is not null
    group by spoken.as_of_period, scopes.scope_type, scopes.scope_code, spoken.kpi

),

every_step as (

    select * from levels_and_changes

    union all

    select
        losses.period,
        losses.scope_type,
        losses.scope_code,
        losses.kpi,
        4 as step_number,
        'not_counted' as step,
        false as is_level,
        losses.rule as reason,
        -losses.amount as amount
    from losses
    inner join reported
        on
            losses.period = reported.period
            and losses.scope_type = reported.scope_type
            and losses.scope_code = reported.scope_code
            and losses.kpi = reported.kpi

    union all

    select * from without_evidence

    union all

    select * from carried_forward

    union all

    select * from without_rates

)

select
    period,
    scope_type,
    scope_code,
    kpi,
    step_number,
    step,
    reason,
    is_level,
    step_number > 9 as is_of_which,
    trim_scale(round(amount, 6)) as amount
from every_step
-- a step without an amount is no step; a level of 0 is
where amount is not null and (is_level or round(amount, 6) != 0)
