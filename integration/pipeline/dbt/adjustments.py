"""Changes to dbt's own code, for the process that calls them. The functions import dbt, which takes
2 s.
"""

from functools import cache
from typing import Any


def forget_flags_of_earlier_runs() -> None:
    """Each run of dbt-adapters 1.x adds Postgres' behavior flags to a list that the process keeps,
    and looks through all loaded modules for each flag in it: the tenth run in a process took 0.4 s
    longer than the first.
    """
    from dbt.adapters.base.impl import DEFAULT_BASE_BEHAVIOR_FLAGS as FLAGS

    FLAGS[:] = {flag["name"]: flag for flag in FLAGS}.values()


def without_unused_searches() -> None:
    """For each of these flags, dbt looks through all loaded modules to name the one that declared
    it in a warning. And agate prepares each table of a query's result for reading dates in English
    sentences, which dbt does not use: 0.3 of the 2.6 CPU s of a quiet batch.
    """
    import parsedatetime  # type: ignore[import-untyped]
    from dbt_common.behavior_flags import BehaviorFlagRendered

    BehaviorFlagRendered._default_source = staticmethod(  # type: ignore[method-assign]
        lambda: "dbt"
    )
    if isinstance(parsedatetime.Constants, type):
        parsedatetime.Constants = cache(parsedatetime.Constants)


def parse_once_for_every_address() -> None:
    """dbt parses the whole project again (5 s) when the host, port or user of the connection
    changes, because a project can read them. Ours reads none of them: what is parsed contains only
    the names of the database and of the schema.
    """
    from dbt.adapters.postgres.connections import PostgresCredentials

    keys = ("database", "schema")
    PostgresCredentials._connection_keys = lambda _self: keys  # type: ignore[method-assign]


def use_one_session() -> None:
    """dbt opens a session for each model, which reads the catalog again and loads the functions
    that it calls: a third of the server's time in a quiet batch.
    """
    from dbt.adapters.postgres.impl import PostgresAdapter

    from integration.pipeline.dbt.one_session import OneSession

    PostgresAdapter.ConnectionManager = OneSession


@cache  # or each batch would wrap the same functions once more
def without_unread_messages(read: tuple[str, ...]) -> None:
    """dbt writes each of its debug messages as protobuf, with all about the model, and then drops
    it because nobody listens: a fifth of dbt's own time in a batch. Only those in `read` are kept.
    """
    from dbt_common.events.base_types import BaseEvent, DebugLevel
    from dbt_common.events.event_manager import EventManager

    prepare, fire = BaseEvent.__init__, EventManager.fire_event

    def is_unread(event: BaseEvent) -> bool:
        return isinstance(event, DebugLevel) and type(event).__name__ not in read

    def prepare_what_is_read(self: BaseEvent, *args: Any, **kwargs: Any) -> None:
        if not is_unread(self):
            prepare(self, *args, **kwargs)

    def fire_what_is_read(self: EventManager, e: BaseEvent, *args: Any, **kwargs: Any) -> None:
        if not is_unread(e):
            fire(self, e, *args, **kwargs)

    BaseEvent.__init__ = prepare_what_is_read  # type: ignore[method-assign]
    EventManager.fire_event = fire_what_is_read  # type: ignore[method-assign]
