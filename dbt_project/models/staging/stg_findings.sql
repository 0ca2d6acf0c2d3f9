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
from {{ source('ops', 'finding') }}
-- found from the marts themselves, after they are built
where rule not in ({{ rules_reconciled() }})
