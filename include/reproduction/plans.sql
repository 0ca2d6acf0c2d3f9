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
