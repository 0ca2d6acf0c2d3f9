-- The rows of every delivery, whichever version, that are of the enterprise; with where they stand in the file.

-- name: rows
with known (project_code, enterprise_ref) as (
    select * from unnest(cast(:projects as text[]), cast(:refs as text[]))
)

select
    r.submission_id,
    r.row_number,
    r.tax_id,
    r.legal_name,
    s.archive_path,
    s.file_name,
    s.inbox_path,
    s.reading,
    p.file_sheet,
    p.column_letters,
    r.tax_id_is_valid,
    r.taxpayer_key,
    (
        select jsonb_object_agg(key, value) from jsonb_each_text(r.received)
        where key in ('tax_id', 'legal_name') and value is not null
    ) as received,
    array(
        select f.column_name from raw.reading_finding as f
        where
            f.submission_id = r.submission_id and f.sheet = 'enterprises' and f.row_number = r.row_number
            and f.rule = 'C09' and f.column_name in ('tax_id', 'legal_name')
    ) as repaired,
    r.unread
from raw.enterprises as r
inner join ops.submission as s on r.submission_id = s.submission_id
inner join ops.sheet_reading as p on r.submission_id = p.submission_id and p.sheet = 'enterprises'
where r.taxpayer_key = :key or (s.project_code, r.enterprise_ref) in (select * from known)
order by r.submission_id, r.row_number;
