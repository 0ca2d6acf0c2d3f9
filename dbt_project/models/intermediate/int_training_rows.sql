{{ config(meta={'rebuilt_by': 'changed submission'}) }}

{{ rows_of('training') }}
