{{ config(tags=['follows_code']) }}

select
    classes.isic_class,
    titles.label_es as title_es,
    titles.label_pt as title_pt,
    titles.label_en as title_en,
    classes.section as isic_section
from {{ ref('isic_classes') }} as classes
inner join {{ ref('labels') }} as titles on titles.code_list = 'isic_class' and classes.isic_class = titles.code
