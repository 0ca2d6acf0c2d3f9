-- name: headline
-- Of every scope, beside the last release
select
    h.scope_type, h.scope_code, h.kpi, h.unit, h.claimed, h.valid, h.unique_value, h.evidenced,
    f.unique_value as signed_value, f.evidenced as signed_evidenced
from marts.kpi_headline as h
left join marts.release_figure as f
    on
        f.release = :before and f.scope_type = h.scope_type and f.scope_code = h.scope_code and f.kpi = h.kpi
where h.period = :period
order by
    array_position(array['programme', 'country', 'pillar', 'value_chain', 'project'], h.scope_type),
    h.scope_code, h.kpi;

-- name: missing
-- Projects whose report of the period does not count, with the last one that does; a report older than two
-- periods counts for nothing but training
select
    s.project_code, s.status, s.days_late, last.period as last_report,
    p.period_index - last.period_index > 2 as is_stale
from marts.submission_status as s
inner join marts.dim_period as p on p.period = s.period
left join lateral (
    select d.period, d.period_index
    from marts.submission_status as o
    inner join marts.dim_period as d on d.period = o.period
    where o.project_code = s.project_code and o.is_current and d.period_index <= p.period_index
    order by d.period_index desc
    limit 1
) as last on true
where s.period = :period and s.is_expected and not s.is_current
order by s.project_code;

-- name: findings
-- Errors in what counts that nobody has waived, by rule
select f.rule, f.severity, count(*) as findings, count(distinct f.project_code) as projects
from marts.fct_finding as f
inner join marts.submission_status as s on s.submission_id = f.submission_id and s.is_current
where f.period = :period and f.severity in ('critical', 'error') and not f.waived
group by f.rule, f.severity
order by findings desc, f.rule;

-- name: claims
-- What was published of the period and is not borne out
select claim, scope_type, scope_code, kpi, relation, claimed_value, warehouse_value, verdict
from marts.claims_ledger
where as_of_period = :period and verdict <> 'confirmed'
order by claim;
