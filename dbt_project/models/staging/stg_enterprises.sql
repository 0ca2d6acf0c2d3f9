select
    submission_id,
    row_number,
    enterprise_ref,
    enterprise_key as project_enterprise_key,
    taxpayer_key,
    tax_id_is_valid,
    country,
    territory_code,
    territory_name is not null as has_territory_name,
    isic_class,
    value_chain,
    size_class,
    owner_sex,
    owner_age_group,
    joined_on
from {{ source('raw', 'enterprises') }}
