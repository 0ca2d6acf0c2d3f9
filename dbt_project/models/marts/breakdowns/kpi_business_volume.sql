{{ breakdown(slices=['change_part'], shown=['figures.change_part']) }}
where
    figures.kpi in (
        'msmes_volume_assessable',
        'msmes_volume_increased',
        'volume_change_real_eur',
        'volume_change_nominal_eur'
    )
