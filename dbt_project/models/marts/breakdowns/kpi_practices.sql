{{ breakdown(slices=['item'], shown=['figures.item as practice'], measured_as='bigint') }}
where figures.kpi in ('msmes_practices', 'msmes_resource_saving')
