"""The errors raised when there is no usable database."""


class DatabaseUnavailable(Exception):
    """No usable database answers; the message is for operators and names the next step."""


class DatabaseUnsuitable(DatabaseUnavailable):
    """A database answers but cannot be used; a retry does not help."""
