-- whether the figure was ever published
select 1 from marts.kpi_headline_history
where kpi = :kpi and period = :period and scope_type = :scope_type and scope_code = :scope_code
limit 1
