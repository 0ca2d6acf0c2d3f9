-- noqa: disable=all
-- No statement as it stands: whoever reads it writes the end.
-- What comparing statements with the ones before them starts from, for the drop folders of :projects: pairs of a statement
-- and the one before it, the valid enterprises of each, and which of them only one of both has.
with statements as (  -- what was judged row by row
    select
        s.submission_id,
        s.project_code,
        s.delivery_number,
        s.period,
        s.status in ('accepted', 'accepted_with_findings') as is_accepted,
        sheet.column_letters,
        coalesce(cover.nothing_to_report, false) as has_nothing_to_report
    from ops.submission as s
    inner join ops.sheet_reading as sheet
        on sheet.submission_id = s.submission_id and sheet.sheet = 'enterprises' and sheet.header_row is not null
    left join raw.cover as cover on cover.submission_id = s.submission_id
    where
        s.project_code = any(:projects)
        and s.status not in ('landed', 'read', 'duplicate')
        and s.period is not null
        and not exists (
            select 1 from ops.finding as f
            where
                f.submission_id = s.submission_id
                and not f.waived
                and (f.rule in ('F03', 'F04', 'F05') or (f.rule in ('F06', 'F07') and f.sheet in ('file', 'enterprises')))
        )
),

pairs as (
    select
        s.*,
        earlier.submission_id as earlier_id
    from statements as s
    cross join lateral (
        select e.submission_id
        from statements as e
        where
            e.project_code = s.project_code
            and e.is_accepted
            and e.delivery_number < s.delivery_number
            and e.period <= s.period
        order by e.period desc, e.delivery_number desc
        limit 1
    ) as earlier
),

enterprises as (  -- valid rows
    select distinct on (r.submission_id, r.enterprise_ref)
        r.submission_id,
        r.enterprise_ref,
        r.row_number,
        coalesce(r.received ->> 'enterprise_ref', r.enterprise_ref) as reference_as_received,
        case when r.tax_id_is_valid then r.tax_id end as tax_id
    from raw.enterprises as r
    inner join statements as s on s.submission_id = r.submission_id
    where
        r.enterprise_ref is not null
        and not exists (
            select 1 from ops.finding as f
            where
                f.submission_id = r.submission_id
                and f.sheet = 'enterprises'
                and f.row_number = r.row_number
                and ((f.severity = 'error' and not f.waived) or f.rule in ('R01', 'R05'))
        )
    order by r.submission_id, r.enterprise_ref, r.row_number
),

missing as (
    select
        p.submission_id,
        before.enterprise_ref,
        before.row_number
    from pairs as p
    inner join enterprises as before on before.submission_id = p.earlier_id
    where
        not p.has_nothing_to_report
        and not exists (
            select 1 from enterprises as now
            where now.submission_id = p.submission_id and now.enterprise_ref = before.enterprise_ref
        )
),

kept as (
    select
        p.submission_id,
        p.column_letters,
        now.enterprise_ref,
        now.row_number,
        now.reference_as_received,
        coalesce(now.tax_id <> before.tax_id, false) as has_another_tax_id
    from pairs as p
    inner join enterprises as now on now.submission_id = p.submission_id
    inner join enterprises as before
        on before.submission_id = p.earlier_id and before.enterprise_ref = now.enterprise_ref
)
