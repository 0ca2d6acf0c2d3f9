-- What each enterprise has been trained in as of each period, one row a topic; a training once given never goes stale.
{{ config(meta={'rebuilt_by': 'changed project', 'as_of': 'as_of_period'}) }}

with

dated as (

    -- A row counts from the period that reports it, and not before the semester in which the session starts.
    select
        *,
        greatest(
            period_index,
            2 * extract(year from start_date)::integer
            + case when extract(month from start_date) > 6 then 2 else 1 end
        ) as first_index
    from {{ ref('int_training_rows') }}
    where is_valid and start_date is not null

),

first_counted as (

    -- Of rows that say the same of an enterprise_ref the earliest stands for all.
    select distinct on (project_code, enterprise_ref, topic, evidence_grade)
        project_code,
        enterprise_ref,
        topic,
        evidence_grade,
        first_index,
        submission_id,
        row_number
    from dated
    order by project_code, enterprise_ref, topic, evidence_grade, first_index, period_index, row_number

),

best_by_topic as (

    select distinct on (
        identities.enterprise_key, identities.as_of_period, identities.project_code, first_counted.topic
    )
        identities.as_of_period,
        identities.project_code,
        identities.enterprise_key,
        first_counted.topic,
        first_counted.evidence_grade as grade,
        first_counted.first_index,
        first_counted.submission_id,
        first_counted.row_number
    from {{ ref('int_enterprise_identities') }} as identities
    inner join first_counted
        on
            identities.project_code = first_counted.project_code
            and identities.enterprise_ref = first_counted.enterprise_ref
            and identities.as_of_index >= first_counted.first_index
    order by
        identities.enterprise_key, identities.as_of_period, identities.project_code, first_counted.topic,
        first_counted.evidence_grade, first_counted.first_index, first_counted.row_number

)

select
    as_of_period,
    project_code,
    enterprise_key,
    topic,
    grade,
    submission_id,
    row_number,
    row_number() over (
        partition by enterprise_key, as_of_period, project_code
        order by grade, first_index, submission_id, row_number
    ) = 1 as is_leading
from best_by_topic
