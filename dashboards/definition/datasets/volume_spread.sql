-- Enterprises by how much their sales changed in real terms, once for every scope in whose figure the report speaks.
select
    {scope_columns},
    band.turn || '. ' || band.{language} as band_label
from (
    select
        placed.period,
        scope.scope_type,
        scope.scope_code,
        width_bucket(placed.valid, array[-10000.0, -1000.0, 0.0, 1000.0, 10000.0]) + 1 as band
    from marts.fct_result as placed
    inner join marts.dim_scope as scope on {in_scope}
    where placed.kpi = 'volume_change_real_eur' and {speaks}
) as figure
{scope_joins}
inner join (
    values
    (1, 'más de 10.000 € menos', 'mais de € 10.000 a menos', 'more than €10,000 less'),
    (2, 'de 1.000 a 10.000 € menos', 'de € 1.000 a € 10.000 a menos', '€1,000 to €10,000 less'),
    (3, 'hasta 1.000 € menos', 'até € 1.000 a menos', 'up to €1,000 less'),
    (4, 'de 0 a 1.000 € más', 'de 0 a € 1.000 a mais', '0 to €1,000 more'),
    (5, 'de 1.000 a 10.000 € más', 'de € 1.000 a € 10.000 a mais', '€1,000 to €10,000 more'),
    (6, 'más de 10.000 € más', 'mais de € 10.000 a mais', 'more than €10,000 more')
) as band (turn, es, pt, en) on figure.band = band.turn
