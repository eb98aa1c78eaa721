-- Problems of the last 90 days, of which ten people were notified. Two are still open.
insert into integration.causes (organization_id, cause, subject, facts, since, noticed_at, notified_at, ended_at)
select
    'acme', cause, '', '{"state": "waiting", "losing": 500, "users": 500, "sessions": 9000}', at, at, at,
    case when number > 2 then at + interval '3 hours' end
from generate_series(1, 180) as number
cross join lateral (
    select
        now() - number * interval '12 hours' as at,
        case when number % 2 = 0 then 'updates_late' else 'sessions_unmapped' end as cause
) as problems;
insert into integration.notifications (
    cause_id, organization_id, channel, user_id, status, created_at, next_attempt_at, expires_at, sent_at
)
select causes.cause_id, 'acme', 'mail', 'u' || number, 'sent', since, since, since + interval '1 day', since
from integration.causes
cross join generate_series(1, 10) as number;
