-- name: deliveries
-- A duplicate's rows and words are those of the delivery whose bytes it repeats.
select
    s.submission_id, s.project_code, s.period, s.version, s.status, s.duplicate_of, s.file_name, s.sha256,
    s.size_bytes, s.received_at, s.received_on, s.archive_path, s.is_current, s.withdrawal_reason,
    coalesce(s.language, o.language) as language,
    coalesce(s.reading, o.reading) as reading,
    p.country,
    p.start_date as project_start,
    c.decimal_mark,
    c.contact_email,
    (
        select n.submission_id from ops.submission as n
        where n.project_code = s.project_code and n.period = s.period and n.is_current
        limit 1
    ) as counting_id,
    before.submission_id as previous_id,
    before.version as previous_version
from ops.submission as s
left join ops.submission as o on o.submission_id = s.duplicate_of
left join raw.cover as c on c.submission_id = coalesce(s.duplicate_of, s.submission_id)
left join registry.projects as p on p.project_code = s.project_code
left join lateral (
    select b.submission_id, b.version from ops.submission as b
    where b.project_code = s.project_code and b.period = s.period and b.version < s.version
    order by b.version desc limit 1
) as before on true
where s.submission_id = any(:ids)
order by s.submission_id;

-- name: findings
select
    f.submission_id, f.rule, f.severity, f.sheet, f.row_number, f.column_name,
    coalesce(f.cell, (r.column_letters ->> 'value') || f.row_number) as cell,
    f.value, f.waived, f.enterprise_ref, w.reason
from ops.finding as f
inner join ops.submission as s on s.submission_id = f.submission_id
left join ops.sheet_reading as r
    on r.submission_id = f.submission_id and r.sheet = f.sheet and f.sheet = 'cover' and f.row_number is not null
left join lateral (
    select w.reason from registry.waivers as w
    where
        f.waived
        and w.rule = f.rule
        and (w.project_code is null or w.project_code = s.project_code)
        and (w.period is null or w.period = s.period)
        and (w.enterprise_ref is null or w.enterprise_ref = f.enterprise_ref)
        and s.received_on <= w.expires_on
    limit 1
) as w on true
where f.submission_id = any(:ids)
order by f.submission_id, f.sheet, f.row_number nulls first, f.column_name nulls first, f.rule;
