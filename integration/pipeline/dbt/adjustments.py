"""What we change in dbt's own code, for the process that calls it. These import dbt, which takes
2 s.
"""


def forget_flags_of_earlier_runs() -> None:
    """Each run of dbt-adapters 1.x adds Postgres' behavior flags to a list that the process keeps,
    and looks through all loaded modules for each flag in it: the tenth run in a process took 0.4 s
    longer than the first.
    """
    from dbt.adapters.base.impl import DEFAULT_BASE_BEHAVIOR_FLAGS as FLAGS

    FLAGS[:] = {flag["name"]: flag for flag in FLAGS}.values()


def parse_once_for_every_address() -> None:
    """dbt parses the whole project again (5 s) when the host, port or user of the connection is
    another one, because a project can read them. Ours reads none of them: only the name of the
    database and of the schema are in what is parsed.
    """
    from dbt.adapters.postgres.connections import PostgresCredentials

    keys = ("database", "schema")
    PostgresCredentials._connection_keys = lambda _self: keys  # type: ignore[method-assign]
