{{ breakdown(slices=['item'], shown=['figures.item as topic']) }}
where figures.kpi = 'msmes_trained'
