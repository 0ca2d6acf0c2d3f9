-- name: record
insert into ops.headline_change as known (
    night_id, period, scope_type, scope_code, kpi, old_value, new_value, old_valid, new_valid
)
select
    :night_id, period, scope_type, scope_code, kpi,
    old.unique_value, new.unique_value, old.valid, new.valid
from ({before}) as old
full join (
    select c.period, c.scope_type, c.scope_code, c.kpi, c.unique_value, c.valid
    from candidate_marts.kpi_headline as c
    where {is_new}
) as new using (period, scope_type, scope_code, kpi)
where old.unique_value is distinct from new.unique_value or old.valid is distinct from new.valid
on conflict (night_id, period, scope_type, scope_code, kpi) do update
    set new_value = excluded.new_value, new_valid = excluded.new_valid;
