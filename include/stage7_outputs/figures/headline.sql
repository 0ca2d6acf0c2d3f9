-- name: headline
select period, kpi, claimed, valid, unique_value, evidenced
from marts.kpi_headline
where scope_type = 'programme' and period = (select max(k.period) from marts.kpi_headline as k);

-- name: claims
select scope_type, scope_code, kpi, relation, claimed_value, warehouse_value, verdict
from marts.claims_ledger order by scope_type desc, scope_code, claim;
