"""Erases an organization that is no longer a customer, under the writer's lock.

Nothing has to be re-derived: what was derived from an organization's data belongs to no other,
so it is deleted like everything else.
"""

from collections.abc import Callable
from datetime import UTC, datetime

import psycopg

from integration.connections.client import revoke_grant
from integration.database.postgres import transaction
from integration.pipeline.dbt.dev_schemas import drop_dev_schemas
from integration.pipeline.writer import only_writer
from integration.privacy import organization
from integration.privacy.certificates import (
    Asked,
    complete,
    incomplete_of_organization,
    lines_of,
    record_erasure,
)
from integration.privacy.erasures_file import keep_all
from integration.quantities import quantity
from integration.settings import Settings

Say = Callable[[str], None]


def erase_organization(
    settings: Settings, url: str, organization_id: str, *, asked: Asked, say: Say
) -> bool:
    """Erases the organization, whose id is its only trace then; returns whether nothing is left.
    `url` is the owner's. Its grants are revoked at Zoom afterwards: one that cannot be revoked is
    reported, and no longer has tokens here.
    """
    with only_writer(url, say=say) as writer:
        dropped = drop_dev_schemas(writer)
        if dropped:
            say(f"Dropped the schemas of `worksights-zoom dbt`: {', '.join(dropped)}.")
        accounts = organization.accounts_of(writer, organization_id)
        with transaction(url) as owner:
            erased = organization.erase_organization(
                owner, organization_id, accounts, keys=settings.encryption_keys
            )
            record_erasure(owner, organization_id, erased.removed, asked, is_of_organization=True)
            keep_all(settings, owner)
        for table, count in sorted((+erased.removed).items()):
            say(f"  {table}: {quantity(count, 'row')}")
        with transaction(url) as owner:  # what a page or the receiver was just writing
            organization.erase_organization(
                owner, organization_id, accounts, keys=settings.encryption_keys
            )
        _revoke(settings, erased.tokens, say)
        with transaction(url) as owner:
            return _certify(owner, settings, organization_id, accounts, say)


def _certify(
    owner: psycopg.Connection,
    settings: Settings,
    organization_id: str,
    accounts: list[str],
    say: Say,
) -> bool:
    left = organization.remaining_rows(owner, organization_id, accounts)
    for table, count in (+left).items():
        say(f"NOT ERASED: {table}: {quantity(count, 'row')}")
    if not +left:
        say(
            f"Verified: searched {quantity(len(left), 'table')}. Nothing is left of "
            f"{organization_id} but the record of the erasure, and the times and kinds of its "
            "entries in the audit trail."
        )
    for erasure_id in incomplete_of_organization(owner, organization_id):
        certificate = complete(
            owner,
            erasure_id,
            searched=len(left),
            left=left.total(),
            topics=0,
            now=datetime.now(UTC),
            backup_days=settings.backup_days,
        )
        for line in lines_of(certificate):
            say(line)
    return not +left


def _revoke(settings: Settings, tokens: list[str], say: Say) -> None:
    failed = sum(not revoke_grant(settings, token) for token in tokens)
    say(f"Revoked at Zoom: {quantity(len(tokens) - failed, 'grant')}.")
    if failed:
        say(
            f"Zoom did not confirm that {quantity(failed, 'grant was', 'grants were')} revoked. An "
            "admin of the account can remove the app in the Zoom Marketplace."
        )
