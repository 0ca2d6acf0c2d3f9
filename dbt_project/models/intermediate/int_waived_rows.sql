-- Rows of details that only a waiver lets into a figure: for what was found on themselves, on the row of their
-- enterprise or on their delivery; and sales that only a waiver lets be assessed. Other warnings keep nothing out. With
-- sheet `enterprises` and no row: the enterprise itself.
{{ config(meta={'rebuilt_by': 'changed submission'}) }}

{% set sheets = {
    'training': 'int_training_rows',
    'practices': 'int_practice_rows',
    'jobs': 'int_job_rows',
    'standards': 'int_standard_rows',
    'sales': 'int_sales_rows'
} %}

with

waived as (

    select
        versions.project_code,
        findings.submission_id,
        findings.sheet,
        findings.row_number,
        findings.enterprise_ref,
        findings.rule,
        findings.severity,
        findings.severity = 'error' or findings.rule in ({{ rules_row_out() }}) as takes_row_out
    from {{ ref('stg_findings') }} as findings
    inner join {{ ref('int_current_versions') }} as versions on findings.submission_id = versions.submission_id
    where findings.waived and findings.rule not in ({{ rules_no_data_row() }})

),

enterprises as (

    -- Of which no row would be valid.
    select
        enterprises.project_code,
        enterprises.submission_id,
        enterprises.enterprise_ref
    from {{ ref('int_enterprise_rows') }} as enterprises
    inner join waived
        on
            enterprises.submission_id = waived.submission_id
            and (
                waived.severity = 'critical'
                or (
                    waived.takes_row_out
                    and waived.sheet = 'enterprises'
                    and enterprises.enterprise_ref = waived.enterprise_ref
                )
            )
    where enterprises.is_valid
    group by enterprises.project_code, enterprises.submission_id, enterprises.enterprise_ref
    having
        bool_or(waived.severity = 'critical')
        or count(distinct enterprises.row_number) = count(distinct enterprises.row_number) filter (
            where enterprises.row_number = waived.row_number
        )

),

{% for sheet, model in sheets.items() %}
    {{ sheet }}_of_enterprises as (

        select
            details.project_code,
            details.submission_id,
            details.enterprise_ref,
            details.row_number
        from {{ ref(model) }} as details
        inner join enterprises
            on
                details.project_code = enterprises.project_code
                and details.submission_id = enterprises.submission_id
                and details.enterprise_ref = enterprises.enterprise_ref
        where details.is_valid

    ),
{% endfor %}

let_in as (

    {% for sheet in sheets %}
        select
            project_code,
            submission_id,
            enterprise_ref,
            '{{ sheet }}' as sheet,
            row_number,
            false as is_let_be_assessed
        from {{ sheet }}_of_enterprises
        union all
    {% endfor %}

    select
        project_code,
        submission_id,
        enterprise_ref,
        'enterprises' as sheet,
        cast(null as integer) as row_number,
        false as is_let_be_assessed
    from enterprises

    union all

    select
        project_code,
        submission_id,
        enterprise_ref,
        sheet,
        row_number,
        not takes_row_out as is_let_be_assessed
    from waived
    where
        row_number is not null
        and sheet not in ('cover', 'enterprises')
        and (takes_row_out or (sheet = 'sales' and (rule, 'msmes_volume_assessable') in ({{ indicators_of_rules() }})))

)

select distinct * from let_in
