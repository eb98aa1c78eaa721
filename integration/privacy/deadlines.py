"""The deadlines of personal data: how long each column of the registry is kept, at most. Batches
delete old sessions and what is derived from them. The nightly job `housekeeping` deletes what is
kept for days or until it expires.
"""

from enum import StrEnum

from integration.privacy.registry import PersonalColumn


class Deadline(StrEnum):
    """When something is deleted, or emptied, in words."""

    SESSION = "with the sessions, some months after they ended"
    DEACTIVATION = "with the user, some months after their deactivation"
    NOT_LISTED = "some months after Zoom last listed the user"
    IN_FORCE = "when the setting is removed"
    COPIED = "with what it is a copy of, in the next update"
    ACCESS = "in the night after 12 months"
    QUARANTINE = "in the night after the days for what could not be read"
    SIGN_IN = "in the night after it has expired, 12 hours at most"
    MAIL = "when it is sent, or in the night seven days after it could not be"
    NOTIFICATION = "in the night 90 days after the problem has ended"


# By schema, and by table where tables of a schema differ. The months are `retention_months`, the
# days of the quarantine QUARANTINE_DAYS.
_OF_SCHEMAS = {
    "worksights": Deadline.DEACTIVATION,
    "integration": Deadline.DEACTIVATION,
    "ingress": Deadline.QUARANTINE,
    "clientsights_raw": Deadline.SESSION,
    "intermediate": Deadline.SESSION,
    "timeline": Deadline.SESSION,
    "clientsights": Deadline.SESSION,
    "operations": Deadline.SESSION,
}
_OF_TABLES = {
    "integration.exclusions": Deadline.IN_FORCE,
    "integration.person_names": Deadline.SESSION,
    "integration.sign_in_links": Deadline.SIGN_IN,
    "integration.page_sessions": Deadline.SIGN_IN,
    "integration.mails": Deadline.MAIL,
    "integration.notifications": Deadline.NOTIFICATION,
    "integration.access_log": Deadline.ACCESS,
    "zoom_raw.events": Deadline.SESSION,
    "zoom_raw.users": Deadline.NOT_LISTED,
    "zoom_raw.phone_users": Deadline.NOT_LISTED,
    "pipeline.user_emails": Deadline.DEACTIVATION,
    "pipeline.applied_exclusions": Deadline.IN_FORCE,
    "pipeline.cleaned_texts": Deadline.IN_FORCE,
    "pipeline.settings": Deadline.COPIED,
    "pipeline.setting_changes": Deadline.COPIED,
    "pipeline.changed_periods": Deadline.COPIED,
    "pipeline.failures": Deadline.SESSION,
}


def deadline_of(column: PersonalColumn) -> Deadline:
    """The deadline of a column; LookupError if nobody has set one for its table."""
    schema = column.table.split(".")[0]
    return _OF_TABLES[column.table] if column.table in _OF_TABLES else _OF_SCHEMAS[schema]
