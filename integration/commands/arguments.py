"""Parameter types of the command line for dates and times."""

from datetime import UTC, datetime

import click


class AwareTime(click.ParamType[datetime]):
    """An ISO 8601 time with a time zone, converted to UTC."""

    name = "time"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        read = _read(value)
        if read is None or read.tzinfo is None:
            self.fail(
                f"{value!r} is not a time with a time zone. Use a time such as "
                "2026-03-02T10:00:00Z.",
                param,
                ctx,
            )
        return read.astimezone(UTC)


class Moment(click.ParamType[datetime]):
    """A date or a time; without a time zone it is UTC."""

    name = "date"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        read = _read(value)
        if read is None:
            self.fail(
                f"{value!r} is not a date or time. Use a date such as 2026-03-02.", param, ctx
            )
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def _read(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None
