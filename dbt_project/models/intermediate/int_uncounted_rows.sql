-- What rows that do not count say of each indicator, with the rule that took them out; one row a row and indicator.
{{ config(meta={'rebuilt_by': 'changed submission'}) }}

with

rejected_enterprises as (

    -- The rule that took the enterprise out, where none of its rows is left.
    select
        enterprises.project_code,
        enterprises.submission_id,
        enterprises.enterprise_ref,
        min(rejected.rule) as rule
    from {{ ref('int_enterprise_rows') }} as enterprises
    inner join {{ ref('int_rejected_rows') }} as rejected
        on
            enterprises.project_code = rejected.project_code
            and enterprises.submission_id = rejected.submission_id
            and enterprises.row_number = rejected.row_number
            and rejected.sheet = 'enterprises'
    group by enterprises.project_code, enterprises.submission_id, enterprises.enterprise_ref
    having bool_and(not enterprises.is_valid)

),

indicators_of_warnings as (

    -- Warnings that leave a row in and take it out of one indicator.
    select
        pairs.rule,
        pairs.kpi
    from (values {{ indicators_of_rules() }}) as pairs (rule, kpi)

),

warnings as (

    select
        findings.submission_id,
        findings.row_number,
        indicators_of_warnings.kpi,
        min(findings.rule) as rule
    from {{ ref('stg_findings') }} as findings
    inner join indicators_of_warnings on findings.rule = indicators_of_warnings.rule
    where not findings.waived
    group by findings.submission_id, findings.row_number, indicators_of_warnings.kpi

),

statements as (

    -- What every row says, whether it counts or not.
    select
        project_code,
        submission_id,
        row_number,
        enterprise_ref,
        is_valid,
        'training' as sheet,
        'msmes_trained' as kpi,
        1 as amount,
        cast(null as text) as rule_of_valid_row
    from {{ ref('int_training_rows') }}

    union all

    select
        practices.project_code,
        practices.submission_id,
        practices.row_number,
        practices.enterprise_ref,
        practices.is_valid,
        'practices' as sheet,
        kpis.kpi,
        kpis.amount,
        cast(null as text) as rule_of_valid_row
    from {{ ref('int_practice_rows') }} as practices
    cross join
        lateral (
            values
            ('msmes_practices', 1),
            (
                'msmes_resource_saving',
                case
                    when num_nonnulls(practices.baseline_value, practices.current_value) < 2
                        then least(1, num_nonnulls(practices.resource, practices.unit))
                    when
                        practices.baseline_value - practices.current_value >= 0.20 * practices.baseline_value
                        then 1
                end
            )
        ) as kpis (kpi, amount)
    where practices.status = 'in_use'

    union all

    select
        standards.project_code,
        standards.submission_id,
        standards.row_number,
        standards.enterprise_ref,
        standards.is_valid,
        'standards' as sheet,
        kpis.kpi,
        1 as amount,
        cast(null as text) as rule_of_valid_row
    from {{ ref('int_standard_rows') }} as standards
    cross join
        lateral (
            values
            ('msmes_standards', true),
            ('msmes_certified', standards.status = 'certified')
        ) as kpis (kpi, is_claimed)
    where standards.status in ('implemented', 'certified') and kpis.is_claimed

    union all

    select
        jobs.project_code,
        jobs.submission_id,
        jobs.row_number,
        jobs.enterprise_ref,
        jobs.is_valid,
        'jobs' as sheet,
        kpis.kpi,
        kpis.amount,
        cast(null as text) as rule_of_valid_row
    from {{ ref('int_job_rows') }} as jobs
    cross join
        lateral (
            values
            ('green_jobs_created', greatest(0, jobs.current_headcount - jobs.baseline_headcount)),
            ('green_jobs_maintained', coalesce(jobs.maintained_headcount, 0)),
            (
                'green_jobs',
                greatest(0, jobs.current_headcount - jobs.baseline_headcount) + coalesce(jobs.maintained_headcount, 0)
            ),
            ('green_jobs_lost', greatest(0, jobs.baseline_headcount - jobs.current_headcount)),
            ('green_jobs_created_fte', greatest(0, jobs.current_fte - jobs.baseline_fte)),
            ('green_jobs_maintained_fte', coalesce(jobs.maintained_fte, 0)),
            (
                'green_jobs_fte',
                greatest(0, jobs.current_fte - jobs.baseline_fte) + coalesce(jobs.maintained_fte, 0)
            ),
            ('green_jobs_lost_fte', greatest(0, jobs.baseline_fte - jobs.current_fte))
        ) as kpis (kpi, amount)
    where {{ is_green('jobs') }}

    union all

    -- A row that no rule stops and that cannot be assessed all the same lacks a price index.
    select
        sales.project_code,
        sales.submission_id,
        sales.row_number,
        sales.enterprise_ref,
        sales.is_valid,
        'sales' as sheet,
        kpis.kpi,
        1 as amount,
        case when changes.row_number is null then 'S08' end as rule_of_valid_row
    from {{ ref('int_sales_rows') }} as sales
    left join {{ ref('int_sales_changes') }} as changes
        on
            sales.project_code = changes.project_code
            and sales.submission_id = changes.submission_id
            and sales.row_number = changes.row_number
    cross join
        lateral (
            values
            ('msmes_volume_assessable', true),
            ('msmes_volume_increased', sales.current_amount > sales.baseline_amount)
        ) as kpis (kpi, is_claimed)
    where kpis.is_claimed

),

judged as (

    select
        statements.project_code,
        statements.submission_id,
        statements.row_number,
        statements.enterprise_ref,
        statements.kpi,
        cast(statements.amount as numeric) as amount,
        case
            when rejected.rule is not null then rejected.rule
            when not statements.is_valid then coalesce(rejected_enterprises.rule, 'R02')
            else coalesce(warnings.rule, statements.rule_of_valid_row)
        end as rule
    from statements
    left join {{ ref('int_rejected_rows') }} as rejected
        on
            statements.project_code = rejected.project_code
            and statements.submission_id = rejected.submission_id
            and statements.row_number = rejected.row_number
            and statements.sheet = rejected.sheet
    left join rejected_enterprises
        on
            statements.project_code = rejected_enterprises.project_code
            and statements.submission_id = rejected_enterprises.submission_id
            and statements.enterprise_ref = rejected_enterprises.enterprise_ref
    left join warnings
        on
            statements.submission_id = warnings.submission_id
            and statements.row_number = warnings.row_number
            and statements.kpi = warnings.kpi

)

select
    project_code,
    submission_id,
    row_number,
    enterprise_ref,
    rule,
    kpi,
    amount
from judged
-- Totals and notes are no statement of their own, and a repetition says nothing that has not been said.
where amount > 0 and enterprise_ref is not null and rule not in ({{ rules_no_data_row() }})
