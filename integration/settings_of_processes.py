"""Which settings each kind of process reads. It keeps no other one."""

from collections.abc import Mapping

_DATABASE = frozenset({"DATABASE_URL", "DATABASE_ROLE_PREFIX", "LOG_FORMAT"})
# Each process that reads or writes data first checks who was erased.
_DATA = _DATABASE | {"ERASURES_FILE"}
_MAIL_AND_PAGE = frozenset({"SMTP_URL", "MAIL_FROM", "PUBLIC_URL", "SESSION_KEY"})
_ZOOM_APP = frozenset(
    {"ZOOM_CLIENT_ID", "ZOOM_CLIENT_SECRET", "ZOOM_OAUTH_URL", "ZOOM_API_URL", "ENCRYPTION_KEY"}
)
_PERIODS = frozenset({"QUARANTINE_DAYS", "ERASE_AFTER_DAYS", "TOMBSTONE_KEY"})
_BATCHES = frozenset(
    {
        *("PIPELINE_DATABASE_URL", "BACKUP_DAYS", "BACKLOG_DELIVERIES", "RUN_HISTORY_DAYS"),
        *("IMPORT_MINUTES", "BATCH_MINUTES", "DEV_SCHEMA", "HEAL_MINUTES", "ZOOM_APP_ID"),
    }
)
SETTINGS_OF: Mapping[str, frozenset[str]] = {
    "receiver": _DATA | {"RECEIVER_DATABASE_URL", "ZOOM_WEBHOOK_SECRET_TOKEN", "METRICS_PORT"},
    "page": _DATA
    | _MAIL_AND_PAGE
    | _ZOOM_APP
    | _PERIODS
    | {
        *("PAGE_DATABASE_URL", "METRICS_PORT"),
        # To try the webhook's address, and to know whether the app is the installation's own.
        "ZOOM_WEBHOOK_SECRET_TOKEN",
        "PRIVACY_CONTACT",
        "SECURITY_CONTACT",
        "NEW_ORGANIZATIONS",
        "NOTIFICATION_WEBHOOK_URL",
        "NOTIFICATION_WEBHOOK_SECRET",
        "OPERATOR_EMAIL",
    },
    "pipeline": _DATA | _MAIL_AND_PAGE | _ZOOM_APP | _PERIODS | _BATCHES,
    # These two use only Dagster's storage themselves. The code server, which is a pipeline process,
    # does everything else.
    "dagster-daemon": _DATABASE | {"PIPELINE_DATABASE_URL"},
    "dagster-webserver": _DATABASE | _BATCHES | {"DAGSTER_HOSTS", "DAGSTER_CHANGES"},
}
OF_ANY_PROCESS = frozenset[str]().union(*SETTINGS_OF.values())
