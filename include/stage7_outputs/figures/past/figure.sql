select * from marts.kpi_headline_on(:day)
where kpi = :kpi and period = :period and scope_type = :scope_type and scope_code = :scope_code
