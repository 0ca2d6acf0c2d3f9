{{ breakdown(
    slices=['item'], shown=['figures.item as standard', 'standards.kind as standard_kind'], measured_as='bigint'
) }}
left join {{ ref('standards') }} as standards on figures.item = standards.standard
where figures.kpi in ('msmes_standards', 'msmes_certified')
