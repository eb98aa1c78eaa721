"""What a change to the rules for people and companies would move, by the code of a batch: the same
addresses are found, and classified with the rules before and after the change.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import psycopg

from integration.identity.classify import Identity, classify
from integration.identity.names import guess_company_name
from integration.pipeline.addresses.deciding import company_names
from integration.pipeline.addresses.identity_facts import ChangedFact, IdentityFacts, rules_of
from integration.pipeline.addresses.waiting import addresses_of, affected_by, known_addresses

MOST_ADDRESSES = 50_000  # classified twice in about two seconds
MEETINGS_MILLISECONDS = 3_000


@dataclass(frozen=True)
class Place:
    """Where an address counts: at a company, among the colleagues, or at no company."""

    company: str | None
    is_colleague: bool


@dataclass(frozen=True)
class MovedPeople:
    """`people` have addresses that move from one place to another; None: not counted."""

    before: Place
    after: Place
    people: int
    meetings: int | None


@dataclass(frozen=True)
class RenamedCompany:
    domain: str
    before: str
    after: str


@dataclass(frozen=True)
class RuleEffects:
    """All that moves, the most people first. `meetings` is None if they take too long to count.
    Of more than MOST_ADDRESSES `affected` addresses only the first were classified.
    """

    moved: Sequence[MovedPeople]
    renamed: Sequence[RenamedCompany]
    people: int
    companies: int
    meetings: int | None
    affected: int

    @property
    def is_partial(self) -> bool:
        return self.affected > MOST_ADDRESSES


def effects_of_rules(
    connection: psycopg.Connection,
    organization_id: str,
    *,
    before: IdentityFacts,
    after: IdentityFacts,
) -> RuleEffects:
    """What moves when the first rules become the second."""
    addresses = _affected_addresses(connection, organization_id, before=before, after=after)
    rules = rules_of(before), rules_of(after)
    people: defaultdict[tuple[Place, Place], dict[str, str]] = defaultdict(dict)
    companies: set[str] = set()
    for address in addresses[:MOST_ADDRESSES]:
        was, becomes = (classify(address, each) for each in rules)
        companies |= {one.company_key for one in (was, becomes) if one.company_key}
        places = _place(was), _place(becomes)
        if places[0] != places[1]:
            people[places][address] = was.person_key or becomes.person_key or address
    meetings = _count_meetings(connection, organization_id, list(people.values()))
    moved = [
        MovedPeople(*places, len(set(keys.values())), meetings.get(number, 0) if meetings else None)
        for number, (places, keys) in enumerate(people.items())
    ]
    return RuleEffects(
        moved=sorted(moved, key=lambda one: -one.people),
        renamed=list(_renamed(before, after, companies)),
        people=len({key for keys in people.values() for key in keys.values()}),
        companies=len(
            {place.company for places in people for place in places if place.company is not None}
        ),
        meetings=meetings[None] if meetings else None,
        affected=len(addresses),
    )


def changed_facts(before: IdentityFacts, after: IdentityFacts) -> list[ChangedFact]:
    """The rules that only one of the two has, as a batch finds them by comparing its copy."""
    return sorted(
        _facts(before) ^ _facts(after), key=lambda fact: (fact.kind, fact.subject, fact.value)
    )


def _affected_addresses(
    connection: psycopg.Connection,
    organization_id: str,
    *,
    before: IdentityFacts,
    after: IdentityFacts,
) -> list[str]:
    changes = changed_facts(before, after)
    if any(change.kind == "identity_setting" for change in changes):
        pairs = known_addresses(connection, organization_id)
    else:
        keys, domains = affected_by(changes, after)
        pairs = addresses_of(connection, organization_id, person_keys=keys, domains=domains)
    return [address for _, address in pairs]


def _facts(facts: IdentityFacts) -> set[ChangedFact]:
    return {
        *(ChangedFact("own_domain", domain, "") for domain in facts.own_domains),
        *(ChangedFact("domain_override", each, to or "") for each, to in facts.overrides.items()),
        *(ChangedFact("company_name", each, name) for each, name in facts.company_names.items()),
        *(ChangedFact("identity_setting", name, value) for name, value in facts.settings.items()),
    }


def _place(identity: Identity) -> Place:
    return Place(identity.company_key, identity.kind in ("user", "internal"))


def name_of_company(domain: str, names: Mapping[str, str]) -> str:
    """The name that a batch gives to a company."""
    return names.get(domain) or guess_company_name(domain)


def _renamed(
    before: IdentityFacts, after: IdentityFacts, companies: set[str]
) -> Iterator[RenamedCompany]:
    names = company_names(before), company_names(after)
    for domain in sorted(companies):
        was, becomes = (name_of_company(domain, each) for each in names)
        if was != becomes:
            yield RenamedCompany(domain, was, becomes)


def _count_meetings(
    connection: psycopg.Connection, organization_id: str, moved: Sequence[Mapping[str, str]]
) -> dict[int | None, int] | None:
    """The sessions with somebody who moves, by the place in the list, and in total under None; None
    if they take too long to count.
    """
    pairs = [(address, number) for number, keys in enumerate(moved) for address in keys]
    try:
        with connection.transaction(force_rollback=True):  # so that the limit ends here
            connection.execute(
                "select set_config('statement_timeout', %s, true)", [str(MEETINGS_MILLISECONDS)]
            )
            found = connection.execute(
                """
                select moved.number, count(distinct participants.session_id)::integer
                from unnest(%s::text[], %s::integer[]) as moved (address, number)
                inner join timeline.participants
                    on participants.organization_id = %s
                    and participants.email = moved.address
                    and participants.left_at is not null
                group by grouping sets ((moved.number), ())
                """,
                [[each for each, _ in pairs], [each for _, each in pairs], organization_id],
            ).fetchall()
    except psycopg.errors.QueryCanceled:
        return None
    return {None: 0, **dict(found)}
