"""Days that healing should have compared by now are a cause, whatever the reason."""

from datetime import UTC, date, datetime, timedelta

import pytest

from integration.causes.unhealed import causes_of_healing
from integration.database.postgres import connect

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
# In these days, healing should have compared every account.
LATE = [date(2026, 3, 2) + timedelta(days=ago) for ago in range(6)]
ACCOUNT = """
    insert into worksights.organizations values ('firm', 'Firm');
    insert into integration.connections
        (organization_id, zoom_account_id, connected_at, users_imported_at)
    values ('firm', 'zoom-firm', '2026-01-01', '2026-01-01')
"""
HEALED = """
    insert into zoom_raw.healed_days (organization_id, zoom_account_id, day, source, first_run_at,
        last_run_at, compared_after_batch)
    select 'firm', 'zoom-firm', day, source, now(), now(), 1
    from unnest(%s::date[]) as day
    cross join unnest(array['meetings', 'phone']) as source
"""


@pytest.mark.parametrize(
    ("changes", "oldest"),
    [
        ([], None),
        (["update zoom_raw.healed_days set compared_after_batch = null where day = '2026-03-04'"],
         date(2026, 3, 4)),
        (["delete from zoom_raw.healed_days"], date(2026, 3, 2)),  # its schedule is off
        (["delete from zoom_raw.healed_days",
          "update integration.connections set connected_at = '2026-03-05 12:00Z'"],
         date(2026, 3, 5)),
        # The days before the update to a product that heals are healed as time allows.
        (["delete from zoom_raw.healed_days",
          "update integration.connections set healed_since = '2026-03-06'"], date(2026, 3, 6)),
        (["delete from zoom_raw.healed_days",
          "update integration.connections set healed_since = '2026-03-08'"], None),
        (["delete from zoom_raw.healed_days",
          "update integration.connections set users_imported_at = null"], None),
        (["delete from zoom_raw.healed_days",
          "update integration.connections set status = 'disconnected', disconnected_at = now()"],
         None),
        (["delete from zoom_raw.healed_days",
          "update integration.connections set status = 'needs_attention', status_detail = 'Lost.'"],
         None),
        (["delete from zoom_raw.healed_days",
          "insert into integration.privacy_settings (organization_id, name, value) "
          "values ('firm', 'processing', 'held')"], None),
        (["delete from zoom_raw.healed_days where source = 'phone'"], date(2026, 3, 2)),
        (["delete from zoom_raw.healed_days where source = 'phone'",
          "update integration.connections set lacks_phone = true"],
         None),
        (["delete from zoom_raw.healed_days where source = 'phone'",
          "insert into integration.refused_sources values ('firm', 'zoom-firm', 'phone', 'No.')"],
         None),
        (["delete from zoom_raw.healed_days where source = 'meetings'",
          "insert into integration.refused_sources values ('firm', 'zoom-firm', 'phone', 'No.')"],
         date(2026, 3, 2)),
    ],
)  # fmt: skip
def test_a_day_that_was_not_healed_in_time_is_a_cause(
    changes: list[str], oldest: date | None, database_url: str
) -> None:
    with connect(database_url) as owner:
        owner.execute(ACCOUNT)
        owner.execute(HEALED, [LATE])
        for change in changes:
            owner.execute(change)
    with connect(database_url, role="page") as page:
        found = causes_of_healing(page, now=NOW)
    days = [one.since.date() - timedelta(days=1) for one in found if one.since]
    assert (days, [one.facts["accounts"] for one in found]) == (
        ([oldest], [1]) if oldest else ([], [])
    )
