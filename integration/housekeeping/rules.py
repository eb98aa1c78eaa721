"""What is deleted, and when: the one list of data that is kept for a limited time.

Not here: sessions and what is derived from them, which batches delete by `retention_months`,
because the marts change with them; and what somebody erases. docs/operations/housekeeping.md says
the same in words, with what is kept permanently.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """`statement` deletes or empties the rows of `table` that are older than `kept` allows. Its
    parameters are `now`, `quarantine_days` and nothing else.
    """

    table: str
    kept: str
    statement: str


RULES = (
    Rule(
        "ingress.deliveries",
        "the bodies of quarantined deliveries for QUARANTINE_DAYS; the rows permanently",
        """
        update ingress.deliveries set body = null
        where disposition = 'quarantined' and body is not null
            and received_at < %(now)s - make_interval(days => %(quarantine_days)s)
        """,
    ),
    Rule(
        "ingress.url_validations",
        "for 90 days; the last one permanently",
        """
        delete from ingress.url_validations
        where validated_at < %(now)s - interval '90 days'
            and validated_at < (select max(validated_at) from ingress.url_validations)
        """,
    ),
    Rule(
        "integration.access_log",
        "12 months",
        # The log is insert-only. A function of its owner deletes what is older, and nothing else:
        # the 12 months are there too (migration 0007), so that whoever runs this cannot delete
        # more. This gives as many rows as it deleted.
        "select from generate_series(1, integration.delete_old_accesses())",
    ),
    Rule(
        "integration.page_sessions",
        "until they expire, 12 hours after the sign-in at most",
        "delete from integration.page_sessions where expires_at <= %(now)s",
    ),
    Rule(
        "integration.sign_in_links",
        "until they expire",
        "delete from integration.sign_in_links where expires_at <= %(now)s",
    ),
    Rule(
        "integration.sign_in_requests",
        "for one hour, to limit requests",
        """
        delete from integration.sign_in_requests
        where requested_at < %(now)s - interval '1 hour'
        """,
    ),
    Rule(
        "integration.authorizations",
        "until they expire",
        "delete from integration.authorizations where expires_at <= %(now)s",
    ),
    Rule(
        "integration.mails",
        "emails that could not be sent, without their content, for 7 days",
        """
        delete from integration.mails
        where status = 'failed' and created_at < %(now)s - interval '7 days'
        """,
    ),
    Rule(
        "integration.causes",
        "problems, and what was sent about them, for 90 days after their end",
        "delete from integration.causes where ended_at < %(now)s - interval '90 days'",
    ),
    Rule(
        "integration.notifications",
        "test notifications for 90 days",
        """
        delete from integration.notifications
        where cause_id is null and created_at < %(now)s - interval '90 days'
        """,
    ),
    Rule(
        "pipeline.batches",
        "finished batches for 13 months; the last one, and those that applied an exclusion, "
        "permanently",
        """
        delete from pipeline.batches
        where finished_at < %(now)s - interval '13 months'
            and batch < (select max(batch) from pipeline.batches)
            and batch not in (select batch from pipeline.applied_exclusions)
        """,
    ),
    Rule(
        "pipeline.run_failures",
        "13 months",
        """
        delete from pipeline.run_failures where failed_at < %(now)s - interval '13 months'
        """,
    ),
    Rule(
        "pipeline.zoom_requests",
        "the number of requests to Zoom, for 90 days",
        "delete from pipeline.zoom_requests where day < (%(now)s - interval '90 days')::date",
    ),
    Rule(
        "zoom_raw.healed_days",
        "13 months",
        "delete from zoom_raw.healed_days where day < (%(now)s - interval '13 months')::date",
    ),
    Rule(
        "zoom_raw.known_sessions",
        "13 months",
        "delete from zoom_raw.known_sessions where ended_at < %(now)s - interval '13 months'",
    ),
)
