"""Reads the settings that decide how addresses are classified, from the batch's copy, and the rules
that were last applied.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import psycopg

from integration.identity.rules import OrganizationRules, organization_rules
from integration.identity.versions import PSL_VERSION, RULE_VERSION

KINDS = (
    "user_email",
    "own_domain",
    "domain_override",
    "company_name",
    "identity_setting",
    "person_name",
)


@dataclass
class IdentityFacts:
    """One organization's settings. `overrides` maps a domain to its company's domain, or to None
    for no company; `company_names` maps an override's domain to the company's name; `person_names`
    maps a person key to a corrected name.
    """

    user_emails: list[str] = field(default_factory=list)
    own_domains: list[str] = field(default_factory=list)
    overrides: dict[str, str | None] = field(default_factory=dict)
    company_names: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    person_names: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class ChangedFact:
    kind: str
    subject: str
    value: str


def identity_facts(connection: psycopg.Connection) -> dict[str, IdentityFacts]:
    """The current facts by organization; of a user's emails only the current one."""
    rows = connection.execute(
        """
        select organization_id, kind, subject, value from pipeline.settings
        where kind = any(%s) and upper_inf(valid)
        order by organization_id, kind, subject
        """,
        [list(KINDS)],
    )
    return _by_organization(rows)


def configured_facts(connection: psycopg.Connection, *, organization_id: str) -> IdentityFacts:
    """One organization's rules, without its users' emails and corrected names, which may be
    thousands.
    """
    rows = connection.execute(
        """
        select organization_id, kind, subject, value from pipeline.settings
        where organization_id = %s and kind = any(%s) and upper_inf(valid)
        order by kind, subject
        """,
        [organization_id, [kind for kind in KINDS if kind not in ("user_email", "person_name")]],
    )
    return _by_organization(rows)[organization_id]


def facts_as_written(connection: psycopg.Connection, *, organization_id: str) -> IdentityFacts:
    """One organization's rules as they are written now, which the next batch applies: without its
    users' emails and corrected names.
    """
    found = connection.execute(
        """
        select organization_id, kind, subject, value from facts.identity_rules
        where organization_id = %s and kind <> 'person_name'
        order by kind, subject
        """,
        [organization_id],
    )
    return _by_organization(found)[organization_id]


def user_emails(
    connection: psycopg.Connection, *, organization_id: str, one_per_host: bool = False
) -> list[str]:
    """The current emails of an organization's users; with `one_per_host`, one of each host, which
    is all that the own domains depend on.
    """
    found = connection.execute(
        """
        select min(value) from pipeline.settings
        where organization_id = %s and kind = 'user_email' and upper_inf(valid)
        group by case when %s then substring(value from '[^@]*$') else value end
        order by 1
        """,
        [organization_id, one_per_host],
    )
    return [email for (email,) in found]


def _by_organization(
    rows: Iterable[tuple[str, str, str, str]],
) -> defaultdict[str, IdentityFacts]:
    found: defaultdict[str, IdentityFacts] = defaultdict(IdentityFacts)
    for organization_id, kind, subject, value in rows:
        facts = found[organization_id]
        match kind:
            case "user_email":
                facts.user_emails.append(value)
            case "own_domain":
                facts.own_domains.append(subject)
            case "domain_override":
                facts.overrides[subject] = value or None
            case "company_name":
                facts.company_names[subject] = value
            case "identity_setting":
                facts.settings[subject] = value
            case "person_name":
                facts.person_names[subject] = value
    return found


def rules_of(facts: IdentityFacts) -> OrganizationRules:
    """The rules that result from these settings."""
    return organization_rules(
        user_emails=facts.user_emails,
        own_domains=facts.own_domains,
        overrides=facts.overrides,
        settings=facts.settings,
    )


def changed_identity_facts(connection: psycopg.Connection) -> dict[str, list[ChangedFact]]:
    """The facts, by organization, that became or ceased to be valid and that no finished batch has
    processed.
    """
    found: dict[str, list[ChangedFact]] = defaultdict(list)
    rows = connection.execute(
        """
        select distinct organization_id, kind, subject, value from pipeline.setting_changes
        where kind = any(%s)
        order by organization_id, kind, subject, value
        """,
        [list(KINDS)],
    )
    for organization_id, kind, subject, value in rows:
        found[organization_id].append(ChangedFact(kind, subject, value))
    return found


def applied_rules(connection: psycopg.Connection) -> tuple[str, str] | None:
    """The (rule version, suffix list version) that last classified all addresses."""
    return connection.execute(
        "select rule_version, psl_version from clientsights_raw.applied_rules"
    ).fetchone()


def rules_have_changed(connection: psycopg.Connection) -> bool:
    """Whether the rules or lists have changed since the last classification."""
    return applied_rules(connection) not in (None, (RULE_VERSION, PSL_VERSION))


def record_rules(connection: psycopg.Connection, *, rule_version: str, psl_version: str) -> None:
    """Records the versions that have classified all addresses."""
    connection.execute(
        """
        insert into clientsights_raw.applied_rules (is_one, rule_version, psl_version)
        values (true, %s, %s)
        on conflict (is_one) do update
        set rule_version = excluded.rule_version, psl_version = excluded.psl_version
        """,
        [rule_version, psl_version],
    )
