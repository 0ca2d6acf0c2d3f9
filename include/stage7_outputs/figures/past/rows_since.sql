-- Rows that count for the figure on the day, today, or both with other amounts.
with counted as (
    select
        submission_id, sheet, row_number,
        sum(contribution) filter (where from_as_of <= :day and (until_as_of is null or until_as_of > :day)) as old,
        sum(contribution) filter (where until_night is null) as new
    from marts.counted_row_history
    where
        kpi = :kpi and period = :period
        and case :scope_type
            when 'programme' then counts_in_programme
            when 'country' then counts_in_country and country = :scope_code
            when 'pillar' then counts_in_pillar and pillar = :scope_code
            when 'value_chain' then counts_in_value_chain and value_chain = :scope_code
            when 'project' then project_code = :scope_code
        end
    group by submission_id, sheet, row_number
),

shown as (
    select
        *,
        case when old is null then 'came' when new is null then 'went' else 'changed' end as became,
        count(*) over () as total
    from counted
    where old is distinct from new
    order by submission_id, row_number
    limit :shown
)

select shown.*, received.enterprise_ref, received.cell_values, sheets.column_letters, sheets.file_sheet
from shown
left join ops.sheet_reading as sheets using (submission_id, sheet)
left join lateral (
    select * from restricted.row_as_received as r
    where r.submission_id = shown.submission_id and r.sheet = shown.sheet and r.row_number = shown.row_number
) as received on true
order by shown.submission_id, shown.row_number
