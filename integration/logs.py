"""How every process writes its log: one event per line on standard error, with time, level and
logger, as text or as JSON, and never with colors.
"""

import json
import logging
import logging.config
import sys
import threading
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from types import TracebackType
from typing import Any, Literal

from integration.log_limits import LimitedLines
from integration.settings import Settings, SettingsError, read_settings

Format = Literal["text", "json"]
FORMATS: Mapping[str, Format] = {"text": "text", "json": "json"}
# The product and Dagster log from INFO up, other libraries only warnings.
AT_INFO = ("integration", "orchestration", "dagster", "dagster-webserver", "worksights-zoom")
# `up` cuts off longer lines. The end of a traceback says what failed.
LONGEST_TEXT = 6000
# The ID of the request that this task or thread answers.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
# A field that Dagster adds to the records of a run -> its name in the log.
OF_RUN = {"run_id": "run_id", "job_name": "dagster_job", "step_key": "step"}


class JsonFormatter(logging.Formatter):
    """One JSON object per event; a traceback is a field of it."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": message_of(record)[:LONGEST_TEXT],
            **ids_of(record),
        }
        if exception := _exception(self, record):
            fields["exception"] = exception[-LONGEST_TEXT:]
        return json.dumps(fields, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """A line for people; a traceback follows it."""

    def format(self, record: logging.LogRecord) -> str:
        ids = " ".join(f"{name}={value}" for name, value in ids_of(record).items())
        line = f"{_time(record)} {record.levelname} {record.name}: {message_of(record)}"
        line = f"{line} [{ids}]" if ids else line
        exception = _exception(self, record)
        return f"{line}\n{exception}" if exception else line


def format_of(settings: Settings) -> Format:
    """SettingsError if LOG_FORMAT is neither text nor json."""
    value = settings.get("LOG_FORMAT", "text")
    if value not in FORMATS:
        raise SettingsError(f"LOG_FORMAT must be text or json, not {value!r}.")
    return FORMATS[value]


def formatter(style: Format) -> logging.Formatter:
    return JsonFormatter() if style == "json" else TextFormatter()


def is_json() -> bool:
    """Whether this process has been set up to write JSON."""
    return any(isinstance(one.formatter, JsonFormatter) for one in logging.getLogger().handlers)


def set_up_logs(style: Format) -> None:
    """Makes every logger of this process write through one handler; Python's warnings and uncaught
    errors, too. Loggers lose the handlers that libraries gave them, which would repeat each line.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(style))
    handler.addFilter(LimitedLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    for name in AT_INFO:
        logging.getLogger(name).setLevel(logging.INFO)
    for name in ("dagster", "dagster-webserver", "dagit", "uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


@cache  # an instance of Dagster is created for each tick of a sensor
def set_up_logs_of_dagster() -> None:
    """The same for one of Dagster's processes, and keeps it so. Dagster gives its loggers handlers
    with colors: those of its programs through `logging.config`, those of runs through
    `coloredlogs.install`. uvicorn configures its own, too.
    """
    import coloredlogs  # type: ignore[import-untyped]  # it has no annotations

    style = format_of(read_settings())
    set_up_logs(style)

    def install(*, logger: logging.Logger, level: Any = None, **_: Any) -> None:
        handler = logging.StreamHandler()
        handler.setFormatter(formatter(style))
        logger.addHandler(handler)
        if level is not None:
            logger.setLevel(level)

    coloredlogs.install = install
    logging.config.dictConfig = _ignore


def _ignore(config: Any) -> None:
    """Instead of `dictConfig`, which would replace the handler."""


def message_of(record: logging.LogRecord) -> str:
    """The message without the IDs, which Dagster repeats in it."""
    return str(_of_dagster(record).get("orig_message") or record.getMessage())


def ids_of(record: logging.LogRecord) -> Mapping[str, Any]:
    meta = _of_dagster(record)
    found = {ours: meta.get(theirs) for theirs, ours in OF_RUN.items()}
    return {
        name: value
        for name, value in {"request_id": request_id.get(), **found}.items()
        if value is not None
    }


def _exception(style: logging.Formatter, record: logging.LogRecord) -> str:
    """The traceback, or "". Dagster adds the one of a failed step to its message."""
    if record.exc_info:
        return style.formatException(record.exc_info)
    own = _of_dagster(record).get("orig_message")
    return record.getMessage().partition(str(own))[2].strip() if own else ""


def _of_dagster(record: logging.LogRecord) -> Mapping[str, Any]:
    meta = getattr(record, "dagster_meta", None)
    return meta if isinstance(meta, Mapping) else {}


def _time(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _log_uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
    else:
        logging.getLogger("worksights-zoom").critical(
            "The process failed", exc_info=(kind, error, traceback)
        )


def _log_uncaught_in_thread(ended: threading.ExceptHookArgs) -> None:
    error = ended.exc_value or ended.exc_type()
    logging.getLogger("worksights-zoom").error(
        "The thread %s failed",
        ended.thread.name if ended.thread else "?",
        exc_info=(ended.exc_type, error, ended.exc_traceback),
    )
