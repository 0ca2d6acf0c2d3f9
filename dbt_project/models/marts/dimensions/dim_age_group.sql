{{ config(tags=['follows_code']) }}

{{ labels_of('age_group') }}
