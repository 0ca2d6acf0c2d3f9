-- How much of each figure would not be there without the office's waivers.
{{ config(materialized='view') }}

with

waived as (

    -- Findings that would take something out: the whole delivery, the row, or what hangs below the enterprise's row.
    select distinct
        findings.submission_id,
        findings.sheet,
        findings.row_number,
        enterprises.enterprise_key,
        -- a warning takes the row out of one indicator alone
        case
            when findings.severity = 'warning' and findings.rule not in ({{ rules_row_out() }}) then pairs.kpi
        end as kpi
    from {{ ref('fct_finding') }} as findings
    left join (values {{ indicators_of_rules() }}) as pairs (rule, kpi) on findings.rule = pairs.rule
    left join {{ ref('dim_enterprise') }} as enterprises
        on
            findings.sheet = 'enterprises'
            and findings.enterprise_key = enterprises.current_enterprise_key
    where
        findings.waived
        and findings.rule not in ({{ rules_no_data_row() }})
        and (
            findings.severity in ('error', 'critical')
            or findings.rule in ({{ rules_row_out() }})
            or pairs.kpi is not null
        )

),

rows_on_waivers as (

    select rows_counted.*
    from {{ ref('counted_row') }} as rows_counted
    where
        exists (
            select 1
            from waived
            where
                waived.submission_id = rows_counted.submission_id
                and (waived.kpi is null or waived.kpi = rows_counted.kpi)
                and (
                    waived.row_number is null
                    or waived.sheet = 'cover'
                    or (waived.sheet = rows_counted.sheet and waived.row_number = rows_counted.row_number)
                    or waived.enterprise_key = rows_counted.enterprise_key
                )
        )

),

resting as (

    select
        rows_on_waivers.period,
        scopes.scope_type,
        scopes.scope_code,
        rows_on_waivers.kpi,
        count(*) as row_count,
        sum(rows_on_waivers.contribution) as on_waivers
    from rows_on_waivers
    cross join lateral ({{ scopes_of('rows_on_waivers', counts=true) }}) as scopes (scope_type, scope_code, counts)
    where scopes.counts and scopes.scope_code is not null
    group by rows_on_waivers.period, scopes.scope_type, scopes.scope_code, rows_on_waivers.kpi

)

select
    headline.period,
    headline.period_end,
    headline.scope_key,
    headline.scope_type,
    headline.scope_code,
    headline.kpi,
    headline.unit,
    cast(headline.unique_value as numeric(24, 6)) as unique_value,
    coalesce(resting.row_count, 0) as row_count,
    cast(coalesce(resting.on_waivers, 0) as numeric(24, 6)) as on_waivers,
    cast(
        100.0 * coalesce(resting.on_waivers, 0) / nullif(headline.unique_value, 0) as numeric(24, 1)
    ) as on_waivers_percent
from {{ ref('kpi_headline') }} as headline
left join resting
    on
        headline.period = resting.period
        and headline.scope_type = resting.scope_type
        and headline.scope_code = resting.scope_code
        and headline.kpi = resting.kpi
