-- name: stored
-- A report counts only as long as the night has not gone on since.
select r.said from ops.night_report as r inner join ops.night as n on n.night_id = r.night_id and n.status = r.status
where r.night_id = :night_id;
