{{ breakdown(slices=['item'], shown=['figures.item as topic'], measured_as='bigint') }}
where figures.kpi = 'msmes_trained'
