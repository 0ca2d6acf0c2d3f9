with

source as (

    select * from {{ source('ops', 'finding') }}

),

renamed as (

    select
        submission_id,
        rule,
        severity,
        sheet,
        row_number,
        column_name,
        cell,
        waived,
        enterprise_ref
    from source
    -- found from the marts themselves, after they are built
    where rule not in ({{ rules_reconciled() }})

)

select * from renamed
