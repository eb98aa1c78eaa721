"""The cause of an outcome: what would change it now.

An outcome says why there was no entry when the session ended; settings may have changed since.
Somebody who was not mapped then may be mapped now, so that only the day of the mapping is missing.
"""

from psycopg.sql import SQL

# Of a row of int_outcomes, or a group of equal ones, that is named `judged`. The settings are those
# of the latest update, like the outcomes. Parameter: organization.
CAUSE = SQL("""
    case
        when judged.outcome = 'not_mapped' then coalesce(
            case when judged.is_nobody then 'nobody' end,
            (
                select case when manual.value = '' then 'nobody' else 'mapped_since' end
                from pipeline.settings as manual
                where manual.organization_id = %(organization)s and manual.kind = 'mapping'
                    and manual.subject = judged.zoom_user_id and manual.valid @> now()
                limit 1
            ),
            (
                select case when by_email.subject is null then 'not_mapped' else 'mapped_since' end
                from pipeline.settings as emails
                left join pipeline.settings as by_email
                    on by_email.organization_id = emails.organization_id
                    and by_email.kind = 'user_email' and by_email.value = emails.value
                    and by_email.valid @> now()
                where emails.organization_id = %(organization)s
                    and emails.kind = 'zoom_user_email'
                    and emails.subject = judged.zoom_user_id and emails.valid @> now()
                order by by_email.subject is null
                limit 1
            ),
            case when exists (
                select from pipeline.settings as known
                where known.organization_id = %(organization)s
                    and known.kind in ('zoom_user_name', 'zoom_user_without_email')
                    and known.subject = judged.zoom_user_id
            ) then 'not_mapped' end,
            'outside'
        )
        when judged.outcome = 'not_subscribed' then case
            when judged.is_paused then 'private'
            when exists (
                select from pipeline.settings as off
                where off.organization_id = %(organization)s and off.kind = 'switched_off'
                    and off.subject = judged.user_id and off.value = judged.feature
                    and off.valid @> now()
            ) then 'not_subscribed'
            else 'switched_since'
        end
        else judged.outcome
    end
""")
