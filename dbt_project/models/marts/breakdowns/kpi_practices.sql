{{ breakdown(slices=['item'], shown=['figures.item as practice']) }}
where figures.kpi in ('msmes_practices', 'msmes_resource_saving')
