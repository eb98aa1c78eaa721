"""The table of causes: who can act on each, how long it must hold, and its words."""

from datetime import timedelta

from integration.causes import (
    connections,
    failures,
    installation,
    operator,
    people,
    refused,
    reported,
    silence,
    unhealed,
    updates,
)
from integration.causes.cause import Cause, OpenCause, Reader, Words

AT_ONCE, HOUR = timedelta(0), timedelta(hours=1)

CAUSES: dict[str, Cause] = {
    connections.ACCESS: Cause("admin", AT_ONCE, connections.access_lost),
    # Zoom is asked again after 20 minutes.
    connections.IMPORT: Cause("admin", 2 * HOUR, connections.import_failing),
    connections.REMOVED: Cause("admin", AT_ONCE, connections.app_removed),
    # People connect an account before the event subscription is on.
    silence.NONE_YET: Cause("admin", 24 * HOUR, silence.no_webhook),
    silence.SILENT: Cause("admin", AT_ONCE, silence.silence),
    # Whoever has just connected an account may be correcting the app.
    reported.PERMISSIONS: Cause("admin", HOUR, reported.permissions_missing),
    reported.EVENTS: Cause("admin", HOUR, reported.events_missing),
    updates.UPDATES: Cause("admin", updates.LATE, updates.updates_late),
    updates.AUDIT: Cause("admin", AT_ONCE, updates.audit_failed),
    failures.SESSIONS: Cause("admin", HOUR, failures.sessions_failed),
    failures.PARTS: Cause("admin", HOUR, failures.parts_failed),
    failures.UNREAD: Cause("admin", HOUR, failures.webhooks_unread),
    refused.REFUSED: Cause("admin", AT_ONCE, refused.sources_refused),
    people.LOSING: Cause("admin", HOUR, people.sessions_unmapped),
    # Whoever has just connected an account is mapping its users.
    people.NOT_REVIEWED: Cause("admin", 24 * HOUR, people.users_unmapped),
    operator.BATCHES: Cause("operator", updates.LATE, operator.batches_late),
    operator.AUDIT: Cause("operator", AT_ONCE, operator.audit_failed_anywhere),
    operator.FAILURES: Cause("operator", HOUR, operator.failures_anywhere),
    refused.LOG_REFUSED: Cause("operator", AT_ONCE, refused.webhook_log_refused),
    # An update, a release of held data or a new connection makes up to seven days due at once.
    unhealed.UNHEALED: Cause("operator", 4 * HOUR, unhealed.days_unhealed),
    reported.EVENTS_ANYWHERE: Cause("operator", HOUR, reported.events_missing_anywhere),
    installation.SILENT: Cause("operator", AT_ONCE, installation.silence_anywhere),
    installation.LAPSED: Cause("operator", AT_ONCE, installation.url_validation_lapsed),
    installation.DAEMON_SILENT: Cause("operator", AT_ONCE, installation.daemon_silent),
    # A backup or an upgrade may need the space for some minutes.
    installation.DISK: Cause("operator", HOUR, installation.disk_nearly_full),
    installation.ERASURE: Cause("operator", AT_ONCE, installation.erasure_due),
}


def words_of(one: OpenCause, reader: Reader) -> Words:
    return CAUSES[one.name].words(one, reader)
