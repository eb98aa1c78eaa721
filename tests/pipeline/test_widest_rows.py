"""The widest row of every index: one that did not fit would stop every batch from then on."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.pipeline import wide_world
from tests.pipeline.installation import Installation

# Postgres refuses an index row with more. Each column takes its length and its alignment.
ROOM, OF_A_ROW, OF_A_COLUMN = 2704, 8, 8
# The most bytes in UTF-8 of index columns with texts from outside. Other columns have our own ids,
# times, numbers or words.
IDS = ("organization_id", "user_id", "zoom_account_id", "zoom_user_id", "host_zoom_user_id")
WIDEST = {
    **dict.fromkeys((*IDS, "extension_id", "extension_number", "name", "person"), 128),
    **dict.fromkeys(
        ("email", "address", "person_key", "domain", "email_or_domain", "written"), 320
    ),
    **dict.fromkeys(("lower(email)", 'lower(email COLLATE "C")'), 320),
    **dict.fromkeys(("display_name", "value"), 400),
    "subject": 320,
    "leg_id": len("breakout:") + 128,
    "skeleton": 253,
    "reason": 128,
    "scope": 512,
}
OURS = 64
# An address has at most 254 bytes. Only other texts have more, and they may be discarded.
ADDRESSES = ("email", "address", "person_key")
REACHED = {
    **{
        column: WIDEST[column] for column in WIDEST if column not in ("skeleton", "reason", "scope")
    },
    **dict.fromkeys(ADDRESSES, 254),
    "subject": 128,  # an unreadable exclusion is not a setting
}
# Tables in which a column of that name contains one of our words.
WORDS = [("intermediate.int_call_legs", "leg_id"), ("intermediate.int_call_sides", "leg_id")]

INDEXES = """
    select
        format('%I.%I', pg_namespace.nspname, tables.relname),
        indexes.relname,
        array(
            select pg_get_indexdef(pg_index.indexrelid, number, true)
            from generate_series(1, pg_index.indnatts) as number
            order by number
        )
    from pg_index
    inner join pg_class as indexes on indexes.oid = pg_index.indexrelid
    inner join pg_class as tables on tables.oid = pg_index.indrelid
    inner join pg_namespace on pg_namespace.oid = tables.relnamespace
    where pg_namespace.nspname !~ '^(pg_|information_schema|public|dagster)'
    order by 1, 2
"""


@pytest.fixture
def wide(installation: Installation) -> Installation:
    wide_world.build(installation)
    run = installation.batch(now=wide_world.ARRIVAL, raise_on_error=False)
    assert run.success
    return installation


def test_the_widest_row_of_every_index_fits(wide: Installation) -> None:
    landed = wide.execute("select disposition, count(*) from ingress.deliveries group by 1")
    assert landed == [("landed", wide.value("select count(*) from ingress.deliveries"))]
    assert wide.value("select count(*) from timeline.activities") > 0
    assert wide.value("select count(*) from clientsights.people") > 0

    indexes = wide.execute(INDEXES)
    assert len(indexes) > 100
    assert [index for index in indexes if width(index[2]) > ROOM] == []
    assert list(unexpected_widths(wide, indexes)) == []


def width(columns: list[str]) -> int:
    return OF_A_ROW + sum(WIDEST.get(column, OURS) + OF_A_COLUMN for column in columns)


def unexpected_widths(
    wide: Installation, indexes: list[tuple[str, str, list[str]]]
) -> Iterator[tuple[str, str, int]]:
    """Columns with more bytes than listed above or, if the table has rows, with no widest text."""
    for table, column in sorted({(table, column) for table, _, some in indexes for column in some}):
        held = wide.value(f"select max(octet_length(({column})::text)) from {table}")  # noqa: S608 - our own names
        if held is None:
            continue
        least = 0 if (table, column) in WORDS else REACHED.get(column, 0)
        if not least <= held <= WIDEST.get(column, OURS):
            yield table, column, held


TOO_LONG = {
    "worksights.organizations (organization_id, name)": ["o" * 129, "n"],
    "worksights.organizations (name, organization_id)": ["n" * 401, "o"],
    "worksights.users (user_id, organization_id, email, full_name, role)":
        ["u" * 129, "firm", "e", "n", "member"],
    "worksights.users (email, user_id, organization_id, full_name, role)":
        ["e" * 321, "u", "firm", "n", "member"],
    "worksights.users (full_name, user_id, organization_id, email, role)":
        ["n" * 401, "u", "firm", "e", "member"],
    "integration.connections (zoom_account_id, organization_id)": ["a" * 129, "firm"],
    "integration.mapping_changes (zoom_account_id, zoom_user_id)": ["a" * 129, "z"],
    "integration.mapping_changes (zoom_user_id, zoom_account_id)": ["z" * 129, "a"],
    "integration.mapping_changes (user_id, zoom_user_id, zoom_account_id)": ["u" * 129, "z", "a"],
    "integration.subscription_changes (user_id, organization_id, feature, is_on)":
        ["u" * 129, "firm", "phone", True],
    "integration.domain_overrides (domain, organization_id)": ["d" * 321, "firm"],
    "integration.domain_overrides (company_name, domain, organization_id)":
        ["n" * 401, "d", "firm"],
    "integration.identity_settings (name, value, organization_id)": ["n" * 129, "v", "firm"],
    "integration.identity_settings (value, name, organization_id)": ["v" * 401, "n", "firm"],
    "integration.own_domains (domain, organization_id)": ["d" * 321, "firm"],
    "integration.exclusions (email_or_domain, organization_id)": ["e" * 321, "firm"],
    "integration.person_names (person_key, display_name, organization_id)":
        ["k" * 321, "n", "firm"],
    "integration.person_names (display_name, person_key, organization_id)":
        ["n" * 401, "k", "firm"],
}  # fmt: skip


@pytest.mark.parametrize("table", TOO_LONG)
def test_tables_that_others_write_have_bounds(installation: Installation, table: str) -> None:
    installation.execute("insert into worksights.organizations values ('firm', 'A firm')")
    places = ", ".join(["%s"] * len(TOO_LONG[table]))
    statement = f"insert into {table} values ({places})"  # noqa: S608 - our own names
    with pytest.raises(psycopg.errors.CheckViolation):
        installation.execute(statement, TOO_LONG[table])


def test_old_rows_that_are_too_long_stop_no_batch(installation: Installation) -> None:
    """The rows are from before the bounds: the constraints ignore them, and they map no one."""
    installation.organization("firm", account="an-account", users={"ann": "ann@firm.example"})
    for table in ("worksights.users", "integration.exclusions", "integration.mapping_changes"):
        name = f"{table.partition('.')[2]}_bytes"
        definition = installation.value(
            "select pg_get_constraintdef(oid) from pg_constraint where conname = %s", [name]
        )
        installation.execute(f"alter table {table} drop constraint {name}")
        _insert_too_long(installation, table)
        installation.execute(f"alter table {table} add constraint {name} {definition}")
    installation.execute("alter table integration.connections disable trigger connections_bytes")
    installation.execute(
        "update integration.connections set zoom_account_id = %s", [wide_world.wide(1200)]
    )
    installation.execute("alter table integration.connections enable trigger connections_bytes")

    assert installation.batch(now=wide_world.ARRIVAL, raise_on_error=False).success
    kept = "select count(*) from pipeline.settings where octet_length(subject || value) > 2000"
    assert installation.value(kept) == 0


def _insert_too_long(installation: Installation, table: str) -> None:
    long = wide_world.wide(2400)
    if table == "worksights.users":
        installation.execute(
            "insert into worksights.users (user_id, organization_id, email, full_name, role) "
            "values (%s, 'firm', %s, 'Old', 'member')",
            [wide_world.wide(2000), wide_world.wide(2000)],
        )
    elif table == "integration.exclusions":
        installation.execute("insert into integration.exclusions values ('firm', %s)", [long])
    else:
        installation.execute(
            "insert into integration.mapping_changes (zoom_account_id, zoom_user_id, user_id) "
            "values ('an-account', %s, %s)",
            [long, long],
        )
