"""The one error of every part that needs a database and has none it can use."""


class DatabaseUnavailable(Exception):
    """No usable database answers; the message is a plain sentence with the next step."""


class DatabaseUnsuitable(DatabaseUnavailable):
    """One answers, and will not do, however often it is asked."""
