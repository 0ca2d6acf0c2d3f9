select
    submission_id,
    sheet,
    file_sheet is not null as is_present,
    is_judged,
    row_count
from {{ source('ops', 'sheet_reading') }}
