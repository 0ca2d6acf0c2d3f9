-- The headline figures: one row a period, scope and indicator.
select
    {headline_columns}
{headline_rows}
