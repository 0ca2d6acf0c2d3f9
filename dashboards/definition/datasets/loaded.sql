-- Of which day the figures are, in one sentence.
select
    figure.load_date,
    {loaded_sentence} as sentence
from marts.load_status as figure
