{{ config(tags=['follows_code']) }}

{{ labels_of('size_class') }}
