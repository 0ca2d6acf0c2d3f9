{{ config(meta={'rebuilt_by': 'changed project'}) }}

{{ rows_of('standards') }}
