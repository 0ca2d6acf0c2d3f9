-- The headline figures beside target, signed release and published claim. One row a period, scope and indicator.
select
    {headline_columns},
    progress.target,
    released.unique_value as released,
    claim.claimed_value as published,
    {figure_link} as behind
{headline_rows}
left join marts.target_progress as progress
    on
        figure.period = progress.period
        and figure.scope_type = progress.scope_type
        and figure.scope_code = progress.scope_code
        and figure.kpi = progress.kpi
left join marts.release_figure as released
    on
        figure.period = released.period
        and figure.scope_type = released.scope_type
        and figure.scope_code = released.scope_code
        and figure.kpi = released.kpi
        and released.release = (
            select last_of.release
            from marts.release as last_of
            where last_of.period = figure.period
            order by last_of.approved_at desc
            limit 1
        )
left join lateral (
    select max(said.claimed_value) as claimed_value
    from marts.claims_ledger as said
    where
        said.as_of_period = figure.period
        and said.scope_type = figure.scope_type
        and said.scope_code = figure.scope_code
        and said.kpi = figure.kpi
) as claim on true
