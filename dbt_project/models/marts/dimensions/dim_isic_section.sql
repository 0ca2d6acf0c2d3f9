{{ config(tags=['follows_code']) }}

{{ labels_of('isic_section') }}
