-- What each rule made of each project's report of each period; rows it did not apply to have not passed.
{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'changed project', 'as_of': 'period'},
    indexes=[{'columns': ['project_code']}, {'columns': ['period']}, {'columns': ['rule', 'project_code']}]
) }}

with

versions as (

    -- The version that counts; where none was accepted, the last one delivered.
    select distinct on (project_code, period)
        project_code,
        period,
        submission_id,
        status
    from {{ ref('stg_submissions') }}
    where period is not null and version is not null
    order by project_code, period, is_current desc, version desc

),

findings as (

    select findings.*
    from {{ ref('stg_findings') }} as findings
    inner join versions on findings.submission_id = versions.submission_id

),

not_judged as (

    select distinct submission_id
    from findings
    where rule in ({{ rules_hide_rows() }}) and not waived

),

judged_sheets as (

    select
        submission_id,
        sheet,
        count(distinct row_number) filter (where rule in ({{ rules_total() }}) and not waived) as note_count
    from findings
    group by submission_id, sheet

),

outcomes as (

    -- A row that is faulty and a row of which every finding is waived; what speaks of no row counts as one.
    select
        submission_id,
        sheet,
        rule,
        count(*) as finding_count,
        count(distinct coalesce(row_number, 0)) filter (where not waived) as failed_count,
        count(distinct coalesce(row_number, 0)) as named_count
    from (
        -- Rules of the file and the cover are of the submission, wherever they are shown.
        select
            submission_id,
            rule,
            waived,
            case when rule like 'F%' or sheet = 'file' then 'submission' else sheet end as sheet,
            case when rule not like 'F%' then row_number end as row_number
        from findings
    ) as places
    group by submission_id, sheet, rule

),

applicable_rows as (

    {% for sheet, conditions in conditions_of_rules().items() %}
        select
            counted.submission_id,
            '{{ sheet }}' as sheet,
            rules.rule,
            rules.applied_count
        from (
            select
                {% for rule, condition in conditions.items() -%}
                    count(*) filter (where {{ condition }}) as {{ rule | lower }},
                {% endfor -%}
                submission_id
            from {{ ref('stg_' ~ sheet) }}
            where submission_id in (select versions.submission_id from versions)
            group by submission_id
        ) as counted
        cross join
            lateral (
                values
                {%- for rule in conditions %}
                    ('{{ rule }}', counted.{{ rule | lower }}){{ ',' if not loop.last }}
                {%- endfor %}
            ) as rules (rule, applied_count)
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

rules_of_sheets as (

    select
        rules.rule,
        rules.severity,
        case when rules.rule like 'F%' or rules.sheet = 'file' then 'submission' else sheets.sheet end as sheet
    from {{ ref('rules') }} as rules
    cross join
        lateral (
            select names.sheet
            from (
                values
                {% for sheet in row_sheets() %}
                    ('{{ sheet }}'),
                {% endfor %}
                ('submission')
            ) as names (sheet)
            where
                case
                    when rules.rule like 'F%' or rules.sheet = 'file' then names.sheet = 'submission'
                    when rules.sheet = 'any' then names.sheet != 'submission'
                    when rules.sheet = 'detail' then names.sheet not in ('submission', 'enterprises')
                    else names.sheet = rules.sheet
                end
        ) as sheets
    where
        rules.life = 'enforced'
        -- numbers and dates are not on every sheet
        and (rules.rule, sheets.sheet) not in ({{ sheets_without_rules() }})

),

checked as (

    select
        versions.project_code,
        versions.period,
        rules.sheet,
        rules.rule,
        rules.severity,
        versions.submission_id,
        case
            when rules.sheet = 'submission' then 1 else coalesce(readings.row_count, 0)
        end as row_count,
        case
            when rules.sheet = 'submission' then null
            when not coalesce(readings.is_present, false) then 'sheet_absent'
            when not_judged.submission_id is not null then 'submission_not_judged'
            when not readings.is_judged then 'sheet_not_judged'
            when readings.row_count = 0 then 'no_rows'
        end as reason_for_none,
        case
            when rules.sheet = 'submission' then 1
            when rules.rule in ({{ rules_total() }}) then readings.row_count
            else coalesce(applicable_rows.applied_count, readings.row_count - coalesce(judged_sheets.note_count, 0))
        end as applicable_count,
        coalesce(outcomes.finding_count, 0) as finding_count,
        coalesce(outcomes.failed_count, 0) as failed_count,
        coalesce(outcomes.named_count - outcomes.failed_count, 0) as waived_count
    from versions
    cross join rules_of_sheets as rules
    left join {{ ref('stg_sheet_readings') }} as readings
        on
            versions.submission_id = readings.submission_id
            and rules.sheet = readings.sheet
    left join not_judged on versions.submission_id = not_judged.submission_id
    left join judged_sheets
        on
            versions.submission_id = judged_sheets.submission_id
            and rules.sheet = judged_sheets.sheet
    left join applicable_rows
        on
            versions.submission_id = applicable_rows.submission_id
            and rules.sheet = applicable_rows.sheet
            and rules.rule = applicable_rows.rule
    left join outcomes
        on
            versions.submission_id = outcomes.submission_id
            and rules.sheet = outcomes.sheet
            and rules.rule = outcomes.rule

),

counted as (

    -- A finding proves that the rule applied, whatever could be worked out from the values read.
    select
        *,
        greatest(
            case when reason_for_none is null then applicable_count else 0 end,
            failed_count + waived_count
        ) as applied_count
    from checked

)

select
    concat_ws('/', project_code, period, sheet, rule) as quality_key,
    project_code,
    period,
    {{ period_end('period') }} as period_end,
    sheet,
    rule,
    severity,
    submission_id,
    cast(row_count as bigint) as row_count,
    cast(applied_count as bigint) as applied_count,
    cast(applied_count - failed_count - waived_count as bigint) as passed_count,
    cast(failed_count as bigint) as failed_count,
    cast(waived_count as bigint) as waived_count,
    cast(greatest(0, row_count - applied_count) as bigint) as not_applicable_count,
    cast(finding_count as bigint) as finding_count,
    case
        when applied_count > 0 then null
        else coalesce(reason_for_none, 'no_row_concerned')
    end as reason_not_applied
from counted
