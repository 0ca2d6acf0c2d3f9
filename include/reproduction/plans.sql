-- name: set_moments
update ops.night
set
    inbox = :inbox,
    registry = :registry,
    accepts = :accepts,
    started_at = cast(:started_at as timestamptz),
    published_at = cast(:published_at as timestamptz),
    finished_at = cast(:published_at as timestamptz),
    reference_sha256 = :reference_sha256,
    rules_sha256 = :rules_sha256
where night_id = :night_id;

-- name: set_moments_of_changes
-- What the nights that were made again have written into the record says when they published first.
update marts.figure_change as c set published_at = n.published_at
from ops.night as n
where c.night_id = n.night_id;

-- name: set_moments_of_stretches
update marts.kpi_headline_history as h set
    from_published_at = (select n.published_at from ops.night as n where n.night_id = h.from_night),
    until_published_at = (select n.published_at from ops.night as n where n.night_id = h.until_night);
