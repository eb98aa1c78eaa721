"""Reads what a batch must classify: new addresses and names, those affected by changed settings or
rules, and the settings that decide.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

import psycopg

from integration.identity.address import person_key
from integration.identity.domains import read_domain
from integration.pipeline.addresses.identity_facts import (
    ChangedFact,
    IdentityFacts,
    changed_identity_facts,
    identity_facts,
    rules_have_changed,
    rules_of,
)
from integration.pipeline.progress import watermark
from integration.zoom.parties import fields_of

ADDRESSES = "clientsights_raw.email_addresses"
NAMES = "clientsights_raw.display_names"
Pair = tuple[str, str]


@dataclass
class Waiting:
    """One organization's unclassified texts. `error` is the class of an exception while reading."""

    facts: IdentityFacts
    addresses: set[str] = field(default_factory=set, repr=False)
    names: set[str] = field(default_factory=set, repr=False)
    error: str | None = None


def read_waiting(connection: psycopg.Connection) -> dict[str, Waiting]:
    """By organization, sorted: all that have settings, or addresses or names to classify."""
    facts = identity_facts(connection)
    waiting: defaultdict[str, Waiting] = defaultdict(lambda: Waiting(IdentityFacts()))
    waiting |= {organization: Waiting(known) for organization, known in facts.items()}
    _collect(new_addresses(connection), lambda one: one.addresses, waiting)
    _collect(new_names(connection), lambda one: one.names, waiting)
    if rules_have_changed(connection):
        _collect(known_addresses(connection), lambda one: one.addresses, waiting)
        _collect(known_names(connection), lambda one: one.names, waiting)
    else:
        for organization, changes in changed_identity_facts(connection).items():
            _add_affected(connection, organization, changes, waiting[organization])
    return dict(sorted(waiting.items()))


def _collect(
    pairs: Iterable[Pair], of: Callable[[Waiting], set[str]], waiting: dict[str, Waiting]
) -> None:
    for organization, text in pairs:
        of(waiting[organization]).add(text)


def _add_affected(
    connection: psycopg.Connection,
    organization_id: str,
    changes: Collection[ChangedFact],
    waiting: Waiting,
) -> None:
    if any(change.kind == "identity_setting" for change in changes):
        pairs = known_addresses(connection, organization_id)
    else:
        try:
            keys, domains = affected_by(changes, waiting.facts)
        # A failure caused by one organization's settings must not affect the others.
        except Exception as error:  # noqa: BLE001
            waiting.error = type(error).__name__
            return
        pairs = addresses_of(connection, organization_id, person_keys=keys, domains=domains)
    waiting.addresses |= {address for _, address in pairs}


def affected_by(changes: Iterable[ChangedFact], facts: IdentityFacts) -> tuple[set[str], set[str]]:
    """The person keys and domains affected by changes to an organization's settings."""
    keys: set[str] = set()
    domains: set[str] = set()
    emails: list[str] = []
    for change in changes:
        if change.kind == "user_email":
            emails.append(change.value)
            keys |= {change.value, person_key(change.value) or change.value}
        elif change.kind == "person_name":
            keys.add(change.subject)
        else:
            company = facts.overrides.get(change.subject)
            named = (change.subject, change.value, company or "")
            domains |= {domain for text in named if (domain := read_domain(text))}
    if emails:
        of_users = IdentityFacts(user_emails=emails, overrides=facts.overrides)
        domains |= rules_of(of_users).own_domains
    return keys, domains


def new_addresses(connection: psycopg.Connection) -> list[Pair]:
    """(organization, address) of events landed since the last classification, and of Zoom users,
    that are not classified yet.
    """
    return connection.execute(
        """
        select distinct organization_id, address
        from (
            select
                events.organization_id,
                lower((fields ->> named.field) collate "C") collate "default" as address
            from zoom_raw.events
            cross join unnest(%s::text[]) as named (field)
            where events.batch > %s
            union all
            select organization_id, value from pipeline.settings where kind = 'zoom_user_email'
        ) as seen
        where address is not null
            and not exists (
                select from clientsights_raw.email_addresses as known
                where known.organization_id = seen.organization_id and known.address = seen.address
            )
        order by organization_id, address
        """,
        [fields_of("email"), watermark(connection, ADDRESSES)],
    ).fetchall()


def known_addresses(
    connection: psycopg.Connection, organization_id: str | None = None
) -> list[Pair]:
    """(organization, address) of all classified addresses, of one organization or of all."""
    return connection.execute(
        """
        select organization_id, address from clientsights_raw.email_addresses
        where %(organization)s::text is null or organization_id = %(organization)s
        order by organization_id, address
        """,
        {"organization": organization_id},
    ).fetchall()


def addresses_of(
    connection: psycopg.Connection,
    organization_id: str,
    *,
    person_keys: Iterable[str],
    domains: Iterable[str],
) -> list[Pair]:
    """(organization, address) of the addresses with one of the keys, at or below one of the
    domains, or of a company with that domain. Users' addresses, which have no key, are found by
    their text.
    """
    return connection.execute(
        """
        select distinct organization_id, address
        from clientsights_raw.email_addresses
        where organization_id = %(organization)s
            and (
                person_key = any(%(keys)s)
                or address = any(%(keys)s)
                or company_key = any(%(domains)s)
                or exists (
                    select from unnest(%(domains)s::text[]) as domain
                    where host = domain or right(host, length(domain) + 1) = '.' || domain
                )
            )
        order by organization_id, address
        """,
        {
            "organization": organization_id,
            "keys": list(person_keys),
            "domains": list(domains),
        },
    ).fetchall()


def new_names(connection: psycopg.Connection) -> list[Pair]:
    """(organization, display name) of events landed since the last classification, and of Zoom
    users, that are not classified yet.
    """
    return connection.execute(
        """
        select distinct organization_id, display_name
        from (
            select events.organization_id, fields ->> named.field as display_name
            from zoom_raw.events
            cross join unnest(%s::text[]) as named (field)
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
        [fields_of("name"), watermark(connection, NAMES)],
    ).fetchall()


def known_names(connection: psycopg.Connection) -> list[Pair]:
    """(organization, display name) of all classified names."""
    return connection.execute(
        "select organization_id, display_name from clientsights_raw.display_names"
    ).fetchall()
