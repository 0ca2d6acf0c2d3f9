{{ config(tags=['follows_code']) }}

{{ labels_of('pillar') }}
