-- Each published claim beside the warehouse's figure.
with

claims as (

    select
        claims.*,
        calendar.ends_on
    from {{ ref('stg_claims') }} as claims
    left join {{ ref('stg_reporting_calendar') }} as calendar on claims.as_of_period = calendar.period

),

started_projects as (

    -- The projects of each claim's scope that had started by the end of the claim's period.
    select
        claims.claim,
        projects.project_code,
        projects.grant_eur
    from claims
    inner join {{ ref('stg_projects') }} as projects
        on
            claims.ends_on >= projects.start_date
            and (
                claims.scope_type = 'programme'
                or (claims.scope_type = 'country' and claims.scope_code = projects.country)
            )
    where claims.kpi in ('projects', 'institutions', 'grant_eur')

),

registry_totals as (

    select
        claim,
        count(*) as project_count,
        sum(grant_eur) as grant_eur
    from started_projects
    group by claim

),

institution_counts as (

    select
        started_projects.claim,
        count(distinct partners.institution) as institution_count
    from started_projects
    inner join {{ ref('stg_project_institutions') }} as partners
        on started_projects.project_code = partners.project_code
    group by started_projects.claim

),

figures as (

    select
        claims.*,
        headline.valid,
        headline.evidenced,
        case claims.kpi
            when 'projects' then registry_totals.project_count
            when 'institutions' then institution_counts.institution_count
            when 'grant_eur' then registry_totals.grant_eur
            else headline.unique_value
        end as warehouse_value
    from claims
    left join {{ ref('kpi_headline') }} as headline
        on
            claims.as_of_period = headline.period
            and claims.scope_type = headline.scope_type
            and claims.scope_code = headline.scope_code
            and claims.kpi = headline.kpi
    left join registry_totals on claims.claim = registry_totals.claim
    left join institution_counts on claims.claim = institution_counts.claim

),

compared as (

    select
        *,
        warehouse_value - claimed_value as difference,
        {{ is_borne_out('warehouse_value') }} as is_confirmed,
        evidenced - claimed_value as evidenced_difference,
        {{ is_borne_out('evidenced') }} as is_evidenced
    from figures

)

select
    claim,
    scope_type,
    scope_code,
    kpi,
    as_of_period,
    relation,
    claimed_value,
    cast(warehouse_value as numeric(24, 6)) as warehouse_value,
    valid,
    evidenced,
    cast(difference as numeric(24, 6)) as difference,
    round(100.0 * difference / nullif(claimed_value, 0), 1) as difference_percent,
    {{ verdict_on_claim('is_confirmed', 'difference') }} as verdict,
    wording,
    published_in,
    published_on,
    cast(evidenced_difference as numeric(24, 6)) as evidenced_difference,
    -- the registry's facts have no evidence to be graded
    case
        when kpi not in ('projects', 'institutions', 'grant_eur')
            then {{ verdict_on_claim('is_evidenced', 'evidenced_difference') }}
    end as evidenced_verdict
from compared
