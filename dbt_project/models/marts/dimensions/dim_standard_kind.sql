{{ config(tags=['follows_code']) }}

{{ labels_of('standard_kind') }}
