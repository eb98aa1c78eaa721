"""What dbt and Postgres say of an error, without the values of rows."""

import re

# Postgres puts the value that it could not read, which may be personal, into some messages.
_VALUE = re.compile(r'(?<=: )".*|(?<=value )".*"(?= is out of range)|(?<=time zone )".*"')


def first_line(message: str | None) -> str:
    """An error without its details and values: Postgres names those of a row that it refuses."""
    lines = [_VALUE.sub('"…"', line.strip()) for line in (message or "").splitlines()]
    return " ".join([line for line in lines if line][:2])
