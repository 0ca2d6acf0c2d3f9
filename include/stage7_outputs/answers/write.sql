-- name: fingerprints
-- A delivery has news when what the partner would read of it is not what was written; wording alone is no news.
select
    s.submission_id,
    s.project_code,
    s.size_bytes,
    md5(concat_ws('|', s.status, s.version, s.period, s.duplicate_of, s.withdrawal_reason, f.findings, f.digest))
        as fingerprint,
    not exists (
        select 1 from ops.submission as later
        where later.project_code = s.project_code and later.period = s.period and later.version > s.version
    ) as is_last
from ops.submission as s
left join (
    select
        submission_id,
        count(*) as findings,
        sum(hashtextextended(concat_ws('|', rule, sheet, row_number, column_name, cell, value, waived), 0)::numeric)
            as digest
    from ops.finding
    group by submission_id
) as f on f.submission_id = s.submission_id
where s.status not in ('landed', 'read')
order by s.size_bytes desc, s.submission_id;
