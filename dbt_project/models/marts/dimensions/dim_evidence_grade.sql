{{ config(tags=['follows_code']) }}

{{ labels_of('evidence_grade') }}
