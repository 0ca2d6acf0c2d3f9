-- The parts of a nominal change leave no remainder, whatever the divisions.
select
    submission_id,
    row_number
from {{ ref('fct_business_volume') }}
where
    {{ in_changed_project('project_code') }}
    and volume_eur + price_eur + exchange_eur != nominal_change_eur
