-- Stretches of the rows that a switch takes away end, those of the rows it brings begin.

-- name: undo
-- What the same night published before is as though it had not.
delete from {standing} as h using {gone} as g
where h.until_night is null and h.from_night = :night_id and {same};

-- name: end
update {standing} as h set until_night = :night_id, until_as_of = :as_of, until_published_at = now()
from {gone} as g
where h.until_night is null and {same};

-- name: end_together
-- What the same night published before is as though it had not.
insert into {ended} ({by}, from_night, until_night, from_as_of, until_as_of, stood)
select
    {by}, from_night, :night_id, from_as_of, :as_of,
    jsonb_build_object({columns})
from {gone} as g
where from_night is distinct from :night_id
group by {by}, from_night, from_as_of;

-- name: begin
insert into {standing} ({named}, from_night, from_as_of)
select {named}, :night_id, :as_of from {come};

-- name: set_moments_of_changes
-- What nights have written into the record says when they published last.
update marts.figure_change as c set published_at = n.published_at
from ops.night as n
where c.night_id = n.night_id and c.published_at <> n.published_at;

-- name: set_moments_of_begins
update marts.kpi_headline_history as h set from_published_at = n.published_at
from ops.night as n
where h.from_night = n.night_id and h.from_published_at <> n.published_at;

-- name: set_moments_of_ends
update marts.kpi_headline_history as h set until_published_at = n.published_at
from ops.night as n
where h.until_night = n.night_id and h.until_published_at <> n.published_at;
