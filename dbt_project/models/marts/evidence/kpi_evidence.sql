-- A view: spread over the scopes, five rows to each row counted, it would be the largest table of all.
{{ config(materialized='view') }}

select
    rows_counted.period,
    scopes.scope_type,
    scopes.scope_code,
    rows_counted.kpi,
    rows_counted.submission_id,
    submissions.file_name,
    rows_counted.sheet,
    rows_counted.row_number,
    rows_counted.enterprise_key,
    rows_counted.contribution,
    rows_counted.evidence_grade,
    rows_counted.project_code
from {{ ref('counted_row') }} as rows_counted
inner join {{ ref('fct_submission') }} as submissions on rows_counted.submission_id = submissions.submission_id
cross join
    lateral (
        values
        ('programme', 'all', rows_counted.counts_in_programme),
        ('country', rows_counted.country, rows_counted.counts_in_country),
        ('pillar', rows_counted.pillar, rows_counted.counts_in_pillar),
        ('value_chain', rows_counted.value_chain, rows_counted.counts_in_value_chain),
        ('project', rows_counted.project_code, true)
    ) as scopes (scope_type, scope_code, counts)
where scopes.counts and scopes.scope_code is not null
