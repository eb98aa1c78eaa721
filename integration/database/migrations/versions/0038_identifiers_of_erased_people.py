"""Which digests of erased people, in the file of erasures, this database does not know."""

from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)


SQL = """
-- The page may not read tombstones, and has to know that none is missing. A person, and each of
-- their digests, is known by a tombstone, an account and an organization by the time at which their
-- erasure was asked for.
create or replace function integration.unknown_erasures(
    kinds text[], organizations text[], subjects text[], times timestamptz[]
) returns setof bigint
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
    select place
    from rows from (
        unnest(kinds), unnest(organizations), unnest(subjects), unnest(times)
    ) with ordinality as kept (kind, organization_id, subject, at, place)
    where case kept.kind
        when 'person' then not exists (
            select from integration.tombstones
            where tombstones.organization_id = kept.organization_id
                and tombstones.person = kept.subject and tombstones.exclusion_id = 0
        ) and not exists (
            select from integration.erasures
            where erasures.organization_id = kept.organization_id
                and erasures.is_of_organization and erasures.erased_at >= kept.at
        )
        when 'digest' then not exists (  -- whoever's it was: two people may have the same name
            select from integration.tombstones
            where tombstones.organization_id = kept.organization_id
                and tombstones.digest = kept.subject and tombstones.exclusion_id = 0
        ) and not exists (
            select from integration.erasures
            where erasures.organization_id = kept.organization_id
                and erasures.is_of_organization and erasures.erased_at >= kept.at
        )
        when 'account' then not exists (
            select from integration.erasures
            where erasures.organization_id = kept.organization_id and erasures.done_at is not null
                and ((erasures.zoom_account_id = kept.subject and erasures.asked_at = kept.at)
                    or (erasures.is_of_organization and erasures.erased_at >= kept.at))
        )
        else not exists (
            select from integration.erasures
            where erasures.organization_id = kept.organization_id
                and erasures.is_of_organization and erasures.asked_at = kept.at
                and erasures.done_at is not null
        )
    end
$$;
"""
