"""Display names: what of them can be shown as a person's name, and which are a machine's."""

from collections.abc import Iterable

import psycopg

from integration.pipeline.batches import Batch
from integration.pipeline.progress import progress
from integration.zoom.parties import fields_of

PROGRESS = "clientsights_raw.display_names"


def new_names(connection: psycopg.Connection) -> list[tuple[str, str]]:
    """(organization, display name) of events landed since the last time, and of Zoom users, that
    were not judged yet.
    """
    return connection.execute(
        """
        select distinct organization_id, display_name
        from (
            select events.organization_id, fields ->> said.field as display_name
            from zoom_raw.events
            cross join unnest(%s::text[]) as said (field)
            where events.batch > %s
            union all
            select organization_id, value from pipeline.settings where kind = 'zoom_user_name'
        ) as seen
        where display_name is not null
            and not exists (
                select from clientsights_raw.display_names as known
                where known.organization_id = seen.organization_id
                    and known.display_name = seen.display_name
            )
        """,
        [fields_of("name"), progress(connection, PROGRESS)],
    ).fetchall()


def known_names(connection: psycopg.Connection) -> list[tuple[str, str]]:
    return connection.execute(
        "select organization_id, display_name from clientsights_raw.display_names"
    ).fetchall()


def store_names(
    connection: psycopg.Connection,
    rows: Iterable[tuple[str, str, str | None, bool]],
    *,
    rule_version: str,
    batch: Batch,
) -> int:
    """Stores (organization, display name, person's name, whether it is a note-taker's); those that
    are judged otherwise than before are named among the changed settings. Returns how many are new
    or differ.
    """
    connection.execute(
        "create temporary table judged (organization_id text, display_name text, "
        "person_name text, is_notetaker boolean) on commit drop"
    )
    with connection.cursor().copy("copy judged from stdin") as copy:
        for row in rows:
            copy.write_row(row)
    connection.execute("analyze pg_temp.judged")  # else a thousand names are planned for
    connection.execute(
        """
        insert into pipeline.setting_changes
            (organization_id, kind, subject, value, zoom_account_id, batch, changed)
        select organization_id, 'display_name', display_name, '', '', %s, '{(,)}'
        from judged
        inner join clientsights_raw.display_names as known using (organization_id, display_name)
        where (known.person_name, known.is_notetaker)
            is distinct from (judged.person_name, judged.is_notetaker)
        """,
        [batch.number],
    )
    stored = connection.execute(
        """
        insert into clientsights_raw.display_names as known
            (organization_id, display_name, person_name, is_notetaker, rule_version, batch)
        select organization_id, display_name, person_name, is_notetaker, %(version)s, %(batch)s
        from judged
        on conflict (organization_id, display_name) do update
        set person_name = excluded.person_name, is_notetaker = excluded.is_notetaker,
            rule_version = excluded.rule_version,
            batch = excluded.batch
        where (known.person_name, known.is_notetaker)
            is distinct from (excluded.person_name, excluded.is_notetaker)
        """,
        {"version": rule_version, "batch": batch.number},
    ).rowcount
    connection.execute(
        "update clientsights_raw.display_names set rule_version = %(version)s "
        "where rule_version <> %(version)s and (organization_id, display_name) in "
        "(select organization_id, display_name from judged)",
        {"version": rule_version},
    )
    return stored
