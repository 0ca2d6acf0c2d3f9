{{ config(tags=['follows_code']) }}

select
    isic_class,
    title_en,
    section as isic_section
from {{ ref('isic_classes') }}
