-- The parts of a nominal change leave no remainder, whatever the divisions.
{{ config(meta={'rebuilt_by': 'changed project'}) }}

select
    submission_id,
    row_number
from {{ ref('fct_business_volume') }}
where volume_eur + price_eur + exchange_eur != nominal_change_eur
