"""Removes row values from the error messages of dbt and Postgres."""

import re

# Some messages of Postgres quote the value that it could not read, which may be personal data.
_VALUE = re.compile(r'(?<=: )".*|(?<=value )".*"(?= is out of range)|(?<=time zone )".*"')


def first_line(message: str | None) -> str:
    """The error without details and values: Postgres quotes the values of a rejected row."""
    lines = [_VALUE.sub('"…"', line.strip()) for line in (message or "").splitlines()]
    return " ".join([line for line in lines if line][:2])
