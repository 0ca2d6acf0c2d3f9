{{ config(tags=['follows_code']) }}

{{ labels_of('step') }}
