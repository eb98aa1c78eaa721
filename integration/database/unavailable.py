"""The error of every part that needs a database and has none it can use."""


class DatabaseUnavailable(Exception):
    """No usable database answers; the message is for people and names the next step."""


class DatabaseUnsuitable(DatabaseUnavailable):
    """A database answers but cannot be used, however often it is tried."""
