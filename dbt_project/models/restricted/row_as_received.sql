-- A view, because raw keeps the rows already: what a partner wrote in each cell, where it is not what was read.
{{ config(materialized='view') }}

{% for sheet in row_sheets() %}
    select
        submission_id,
        '{{ sheet }}' as sheet,
        row_number,
        enterprise_ref,
        to_jsonb(cells)
        - array[
            'submission_id', 'row_number', 'unread', 'received', 'tax_id_is_valid', 'taxpayer_key', 'enterprise_key'
        ]
        || coalesce(received, '{}') as cell_values
    from {{ source('raw', sheet) }} as cells
    {% if not loop.last %}union all{% endif %}
{% endfor %}
