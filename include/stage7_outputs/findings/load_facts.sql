-- name: first_rows
-- The first row that is the same in some columns, of each that comes after it.
select row_number, earlier from (
    select row_number, min(row_number) over (partition by {same}) as earlier
    from raw.{sheet} where submission_id = :id
) as compared
where row_number = any(:numbers) and earlier < row_number;

-- name: counted
select kpi, valid from candidate_marts.kpi_headline
where scope_type = 'project' and scope_code = :project and period = :period and valid is not null;
