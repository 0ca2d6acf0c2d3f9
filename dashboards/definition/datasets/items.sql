-- Enterprises by topic, practice, resource, standard and kind of standard. Items overlap: they are never added.
select
    {scope_columns},
    figure.kpi,
    figure.item_kind,
    figure.item,
    item.label_{language} as item_label,
    figure.unique_value,
    figure.evidenced
from marts.kpi_by_item as figure
{scope_joins}
left join marts.dim_code as item on figure.item_kind = item.code_list and figure.item = item.code
