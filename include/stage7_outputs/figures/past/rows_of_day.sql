with shown as (
    select counted.submission_id, counted.sheet, counted.row_number, counted.contribution, count(*) over () as total
    from marts.counted_row_on(:day) as counted
    where
        counted.kpi = :kpi and counted.period = :period
        and case :scope_type
            when 'programme' then counted.counts_in_programme
            when 'country' then counted.counts_in_country and counted.country = :scope_code
            when 'pillar' then counted.counts_in_pillar and counted.pillar = :scope_code
            when 'value_chain' then counted.counts_in_value_chain and counted.value_chain = :scope_code
            when 'project' then counted.project_code = :scope_code
        end
    order by counted.submission_id, counted.row_number
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
