-- name: namings
select
    s.project_code, s.submission_id, s.delivery_number as number, s.received_on, s.status, c.contact_email,
    s.language, p.country
from ops.submission as s
inner join raw.cover as c on c.submission_id = s.submission_id
left join registry.projects as p on p.project_code = s.project_code
where s.project_code = any(:projects) and s.status not in ('landed', 'read')
order by s.project_code, s.delivery_number;

-- name: confirm
insert into ops.contact (project_code, email, after_delivery)
select p.project_code, :email, coalesce(max(s.delivery_number), 0)
from registry.projects as p
left join ops.submission as s on s.project_code = p.project_code
where p.project_code = :project
group by p.project_code
on conflict (project_code) do update
    set email = excluded.email, after_delivery = excluded.after_delivery, confirmed_at = now();
