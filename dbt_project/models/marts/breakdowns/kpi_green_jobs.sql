{{ breakdown(slices=['sex', 'age_group'], shown=['figures.sex', 'figures.age_group']) }}
where figures.kpi like 'green_jobs%'
