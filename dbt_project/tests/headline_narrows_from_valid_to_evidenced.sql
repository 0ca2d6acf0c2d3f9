-- Counting an enterprise once, and then only with evidence, never makes a count of people or enterprises larger.
select *
from {{ ref('kpi_headline') }}
where
    unit != 'EUR'
    and (unique_value > valid or evidenced > unique_value or evidenced < 0)
