"""Stores emails and domains that were written elsewhere, in the spelling that is compared.

The host product and SQL may write any text. A batch cleans the new ones. A text that is neither an
address nor a domain has no effect, and the page shows it.
"""

from dataclasses import dataclass

import psycopg
from psycopg.sql import SQL

from integration.database import rows
from integration.identity.cleaning import cleaned, cleaned_email
from integration.identity.versions import RULE_VERSION
from integration.pipeline.addresses.identity_facts import rules_have_changed
from integration.pipeline.batches import Batch

_WRITTEN = SQL("""
    select organization_id, email_or_domain as written from integration.exclusions
    union
    select organization_id, domain from integration.own_domains
    union
    select organization_id, domain from integration.domain_overrides
    union
    select organization_id, company_domain from integration.domain_overrides
    where btrim(company_domain) <> ''
""")
# The texts of some organizations, or of all.
_NOT_CLEANED = SQL("""
    select written.organization_id, written.written
    from ({written}) as written
    left join pipeline.cleaned_texts using (organization_id, written)
    where cleaned_texts.rule_version is distinct from %(rule_version)s
        and (
            %(organizations)s::text[] is null
            or written.organization_id = any(%(organizations)s)
        )
""").format(written=_WRITTEN)
# Users with an email that was not written the same way in the last batch.
_OTHER_EMAIL = SQL("""
    select
        users.organization_id, users.user_id, users.email as written_email,
        latest.known_from as latest_from, latest.email as latest_email
    from worksights.users
    left join lateral (
        select known_from, email, written_email from pipeline.user_emails
        where user_emails.organization_id = users.organization_id
            and user_emails.user_id = users.user_id
        order by user_emails.known_from desc
        limit 1
    ) as latest on true
    where users.email is distinct from latest.written_email
        and (
            %(organizations)s::text[] is null
            or users.organization_id = any(%(organizations)s)
        )
""")
_HAS_NEW_TEXTS = SQL("select exists ({not_cleaned}) or exists ({other_email})").format(
    not_cleaned=_NOT_CLEANED, other_email=_OTHER_EMAIL
)
_DELETE_UNUSED_TEXTS = SQL("""
    delete from pipeline.cleaned_texts
    where (organization_id, written) not in ({written})
""").format(written=_WRITTEN)


@dataclass(frozen=True)
class UnreadableSetting:
    """A text of `integration.<setting>` that is neither an address nor a domain, or is an address
    where a domain is required.
    """

    setting: str
    text: str


def has_new_texts(connection: psycopg.Connection) -> bool:
    """Whether there is a text that no batch has cleaned."""
    return rows.scalar(
        connection,
        bool,
        _HAS_NEW_TEXTS,
        {"rule_version": RULE_VERSION, "organizations": None},
    )


def clean_texts(
    connection: psycopg.Connection, batch: Batch, organizations: list[str] | None = None
) -> None:
    """Cleans the texts of these organizations, or of all, that were written since the last batch,
    in the caller's transaction. If a user's email has become a different address, a new version of
    it is stored, effective from this batch.
    """
    _clean_settings(connection, organizations)
    _clean_emails_of_old_batches(connection, organizations)
    if rules_have_changed(connection):
        _clean_emails_again(connection, organizations)
    for organization_id, user_id, written, latest_from, latest in connection.execute(
        _OTHER_EMAIL, {"organizations": organizations}
    ).fetchall():
        email = cleaned_email(written)
        is_same = latest_from is not None and email == latest
        connection.execute(
            """
            insert into pipeline.user_emails
                (organization_id, user_id, known_from, email, written_email)
            values (%s, %s, %s, %s, %s)
            on conflict (organization_id, user_id, known_from) do update
            set email = excluded.email, written_email = excluded.written_email
            """,
            [organization_id, user_id, latest_from if is_same else batch.as_of, email, written],
        )


def clean_new_texts(connection: psycopg.Connection, organization_id: str) -> None:
    """Cleans the texts that an organization's settings have since the last batch, so that they are
    in force in this transaction. It changes no text that a batch has cleaned.
    """
    texts = connection.execute(
        _NOT_CLEANED, {"rule_version": RULE_VERSION, "organizations": [organization_id]}
    ).fetchall()
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            insert into pipeline.cleaned_texts (organization_id, written, cleaned, rule_version)
            values (%s, %s, %s, %s)
            on conflict do nothing
            """,
            [(organization_id, written, cleaned(written), RULE_VERSION) for _, written in texts],
        )


def unreadable_settings(
    connection: psycopg.Connection, organization_id: str
) -> list[UnreadableSetting]:
    """An organization's settings that have no effect, by setting and text."""
    return rows.every(
        connection,
        UnreadableSetting,
        """
        select setting, text from facts.unreadable_settings
        where organization_id = %s
        order by setting, text collate "C"
        """,
        [organization_id],
    )


def count_unreadable_settings(connection: psycopg.Connection) -> list[tuple[str, str, int]]:
    """(organization, setting, number of texts that have no effect)."""
    return connection.execute(
        """
        select organization_id, setting, count(*) from facts.unreadable_settings
        group by organization_id, setting
        order by organization_id, setting
        """
    ).fetchall()


def _clean_settings(connection: psycopg.Connection, organizations: list[str] | None) -> None:
    texts = connection.execute(
        _NOT_CLEANED,
        {"rule_version": RULE_VERSION, "organizations": organizations},
    ).fetchall()
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            insert into pipeline.cleaned_texts (organization_id, written, cleaned, rule_version)
            values (%s, %s, %s, %s)
            on conflict (organization_id, written) do update
            set cleaned = excluded.cleaned, rule_version = excluded.rule_version
            """,
            [
                (organization_id, written, cleaned(written), RULE_VERSION)
                for organization_id, written in texts
            ],
        )
    connection.execute(_DELETE_UNUSED_TEXTS)


def _clean_emails_again(connection: psycopg.Connection, organizations: list[str] | None) -> None:
    """Applies changed rules to all emails that users have or had."""
    known = connection.execute(
        """
        select organization_id, user_id, known_from, email, written_email
        from pipeline.user_emails
        where written_email is not null
            and (%(organizations)s::text[] is null or organization_id = any(%(organizations)s))
        """,
        {"organizations": organizations},
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            update pipeline.user_emails set email = %s
            where organization_id = %s and user_id = %s and known_from = %s
            """,
            [
                (again, *key)
                for *key, email, written in known
                if (again := cleaned_email(written)) != email
            ],
        )


def _clean_emails_of_old_batches(
    connection: psycopg.Connection, organizations: list[str] | None
) -> None:
    """Cleans emails that earlier versions stored in lower case, without the text as written."""
    old = connection.execute(
        """
        select
            user_emails.organization_id, user_emails.user_id, user_emails.known_from,
            coalesce(users.email, user_emails.email)
        from pipeline.user_emails
        left join worksights.users
            on users.organization_id = user_emails.organization_id
            and users.user_id = user_emails.user_id
            and lower(btrim(users.email)) = user_emails.email
        where user_emails.written_email is null
            and (
                %(organizations)s::text[] is null
                or user_emails.organization_id = any(%(organizations)s)
            )
        """,
        {"organizations": organizations},
    ).fetchall()
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            update pipeline.user_emails set email = %s, written_email = %s
            where organization_id = %s and user_id = %s and known_from = %s
            """,
            [(cleaned_email(written), written, *key) for *key, written in old],
        )
