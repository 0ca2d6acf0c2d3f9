-- Enterprises trained as of each period; a training once given never goes stale.
with

first_counted as (

    -- A row counts from the period that reports it, and not before the semester in which the session starts.
    select
        project_code,
        enterprise_ref,
        evidence_grade,
        min(
            greatest(
                period_index,
                2 * extract(year from start_date)::integer
                + case when extract(month from start_date) > 6 then 2 else 1 end
            )
        ) as first_index
    from {{ ref('int_training_rows') }}
    where is_valid and start_date is not null
    group by project_code, enterprise_ref, evidence_grade

)

select
    identities.as_of_period,
    identities.project_code,
    identities.enterprise_key,
    min(first_counted.evidence_grade) as grade
from {{ ref('int_enterprise_identities') }} as identities
inner join first_counted
    on
        identities.project_code = first_counted.project_code
        and identities.enterprise_ref = first_counted.enterprise_ref
        and identities.as_of_index >= first_counted.first_index
group by identities.as_of_period, identities.project_code, identities.enterprise_key
