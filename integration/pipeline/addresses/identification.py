"""Classifies addresses and names: settings from the store, decided by `integration.identity`,
stored by the store. Only what is new or concerned by a change is looked at.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import psycopg

from integration.identity.address import person_key
from integration.identity.classify import Identity, classify
from integration.identity.ids import company_id, person_id
from integration.identity.names import (
    guess_company_name,
    guess_person_name,
    is_generic,
    is_notetaker,
    skeleton,
    tidy,
)
from integration.identity.rules import OrganizationRules, organization_rules, readable_domain
from integration.identity.versions import PSL_VERSION, RULE_VERSION
from integration.pipeline.addresses import display_names, email_addresses
from integration.pipeline.addresses.email_addresses import ClassifiedAddress, Move
from integration.pipeline.addresses.identity_facts import (
    ChangedFact,
    IdentityFacts,
    applied_rules,
    changed_identity_facts,
    identity_facts,
    note_rules,
)
from integration.pipeline.batches import Batch
from integration.pipeline.cleaned_texts import count_unreadable_settings
from integration.pipeline.failed_steps import note_failed_organizations
from integration.pipeline.progress import note_progress

Result = TypeVar("Result")


@dataclass(frozen=True)
class Classification:
    """What a batch did: addresses looked at, those new or said otherwise, and where they moved."""

    looked_at: int
    written: int
    names_written: int
    moves: list[Move]
    problems: list[str]  # settings that cannot be read, in plain sentences


def classify_addresses(
    connection: psycopg.Connection, batch: Batch, *, report: Callable[[list[Move]], None]
) -> Classification:
    """Classifies what is new or concerned by a change, in one transaction.

    `report` gets what moves before it is applied. An organization for which that fails keeps what
    it has, and is tried again by the next batch.
    """
    with connection.transaction():
        facts = identity_facts(connection)
        failed: dict[str, str] = {}
        rules = dict(_each(facts, lambda key: rules_of(facts[key]), failed))
        rows = _classified(_addresses(connection, facts, failed), facts, rules, failed)
        looked_at = email_addresses.stage(connection, rows)
        moves = email_addresses.moves(connection)
        report(moves)
        written = email_addresses.apply(connection, batch)
        names_written = judge_names(connection, batch, failed)
        note_failed_organizations(connection, email_addresses.PROGRESS, failed, batch)
        if not failed:  # else what is new is looked at again, until it succeeds for all
            note_progress(connection, email_addresses.PROGRESS, batch)
            note_progress(connection, display_names.PROGRESS, batch)
            note_rules(connection, rule_version=RULE_VERSION, psl_version=PSL_VERSION)
    problems = [f"{key}: {each}" for key, value in rules.items() for each in value.problems]
    problems += [
        f"{key}: integration.{setting}: {count} that cannot be read, in force for nothing."
        for key, setting, count in count_unreadable_settings(connection)
    ]
    return Classification(looked_at, written, names_written, moves, problems)


def rules_have_changed(connection: psycopg.Connection) -> bool:
    """Whether the lists or rules of this version are not those of the last classification."""
    return applied_rules(connection) not in (None, (RULE_VERSION, PSL_VERSION))


def judge_names(connection: psycopg.Connection, batch: Batch, failed: dict[str, str]) -> int:
    """Judges the display names that are new, or all of them when the rules have changed.
    Organizations for which that fails are added to `failed`.
    """
    names = display_names.new_names(connection)
    if rules_have_changed(connection):
        names += display_names.known_names(connection)
    by_organization = dict(email_addresses.in_organizations(_in_order(names)))

    def judged(key: str) -> list[tuple[str, str, str | None, bool]]:
        return [
            (key, name, None if is_generic(name) else tidy(name), is_notetaker(name))
            for name in by_organization[key]
        ]

    return display_names.store_names(
        connection,
        (row for _, rows in _each(by_organization, judged, failed) for row in rows),
        rule_version=RULE_VERSION,
        batch=batch,
    )


def rules_of(facts: IdentityFacts) -> OrganizationRules:
    return organization_rules(
        user_emails=facts.user_emails,
        own_domains=facts.own_domains,
        overrides=facts.overrides,
        settings=facts.settings,
    )


def company_names(facts: IdentityFacts) -> dict[str, str]:
    """Company's domain -> the name an override gives it; of several the one of the domain itself,
    then of the greatest domain.
    """
    named = []
    for domain, name in facts.company_names.items():
        company = facts.overrides.get(domain)
        if company and (key := _domain(company)):
            named.append((key == _domain(domain), domain, key, name))
    return {key: name for _, _, key, name in sorted(named)}


def _addresses(
    connection: psycopg.Connection, facts: dict[str, IdentityFacts], failed: dict[str, str]
) -> list[tuple[str, str]]:
    new = email_addresses.new_addresses(connection)
    if rules_have_changed(connection):
        return _in_order(new, email_addresses.known_addresses(connection))
    changed = changed_identity_facts(connection)

    def concerned(organization_id: str) -> list[tuple[str, str]]:
        changes = changed[organization_id]
        if any(change.kind == "identity_setting" for change in changes):
            return email_addresses.known_addresses(connection, organization_id)
        keys, domains = _concerned(changes, facts.get(organization_id, IdentityFacts()))
        return email_addresses.addresses_of(
            connection, organization_id, person_keys=keys, domains=domains
        )

    return _in_order(new, *(found for _, found in _each(changed, concerned, failed)))


def _each(
    organizations: Iterable[str], do: Callable[[str], Result], failed: dict[str, str]
) -> Iterator[tuple[str, Result]]:
    """What `do` gives for each organization. One that fails here is added to `failed`, by the class
    of its error, and left out from then on.
    """
    for organization_id in organizations:
        if organization_id not in failed:
            try:
                yield organization_id, do(organization_id)
            except psycopg.Error:
                raise  # the transaction is everybody's
            except Exception as error:  # noqa: BLE001 - one organization's must not reach the others
                failed[organization_id] = type(error).__name__


def _concerned(changes: Iterable[ChangedFact], facts: IdentityFacts) -> tuple[set[str], set[str]]:
    """The person keys and the domains that changes of an organization's settings speak of."""
    keys: set[str] = set()
    domains: set[str] = set()
    emails: list[str] = []
    for change in changes:
        if change.kind == "user_email":
            emails.append(change.value)
            keys |= {change.value, person_key(change.value) or change.value}
        else:
            company = facts.overrides.get(change.subject)
            named = (change.subject, change.value, company or "")
            domains |= {domain for text in named if (domain := _domain(text))}
    if emails:
        of_users = IdentityFacts(user_emails=emails, overrides=facts.overrides)
        domains |= rules_of(of_users).own_domains
    return keys, domains


def _classified(
    addresses: list[tuple[str, str]],
    facts: dict[str, IdentityFacts],
    rules: dict[str, OrganizationRules],
    failed: dict[str, str],
) -> Iterator[ClassifiedAddress]:
    nothing_set = rules_of(IdentityFacts())
    by_organization = dict(email_addresses.in_organizations(addresses))

    def classified(organization_id: str) -> list[ClassifiedAddress]:
        of_rules = rules.get(organization_id, nothing_set)
        names = company_names(facts.get(organization_id, IdentityFacts()))
        return [
            _row(organization_id, address, classify(address, of_rules), names)
            for address in by_organization[organization_id]
        ]

    for _, rows in _each(by_organization, classified, failed):
        yield from rows


def _row(
    organization_id: str, address: str, identity: Identity, names: dict[str, str]
) -> ClassifiedAddress:
    key, company = identity.person_key, identity.company_key
    return ClassifiedAddress(
        organization_id=organization_id,
        address=address,
        person_id=person_id(organization_id, key) if key else None,
        person_key=key,
        kind=identity.kind,
        host=identity.host,
        company_id=company_id(organization_id, company) if company else None,
        company_key=company,
        reason=identity.reason,
        guessed_name=guess_person_name(key) if key else None,
        company_name=(names.get(company) or guess_company_name(company)) if company else None,
        company_name_source=("override" if company in names else "guess") if company else None,
        company_skeleton=skeleton(company) if company else None,
        rule_version=RULE_VERSION,
        psl_version=PSL_VERSION,
    )


def _domain(text: str) -> str | None:
    try:
        return readable_domain(text) if text else None
    except ValueError:
        return None


def _in_order(*lists: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted({pair for each in lists for pair in each})
