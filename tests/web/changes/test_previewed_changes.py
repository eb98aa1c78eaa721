"""The next batch makes exactly the changes that the preview counted.

Each case is a separate organization, a firm, with the same people and sessions. All of them are
changed between the same two batches.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from integration.web.changes.effects import Effect, effects_of_switches
from integration.web.changes.mapping_effects import MappingPeriod, effects_of_mappings
from integration.web.features.saving import Switch, lock_switches, save_switches, take_back
from integration.web.users.mapping_changes import NewMapping, map_zoom_users
from simulator.world import World
from tests.databases import page_of
from tests.pipeline.firms import EXCLUDE, MAP, SWITCH, Firm
from tests.pipeline.installation import Installation, new_installation
from tests.web.changes.firm_sessions import (
    EMAILS,
    FIRST_BATCH,
    HALF_PAST,
    MONDAY,
    NEXT_BATCH,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    deliver_sessions,
)

Entries = set[tuple[str, str, str]]  # (session, user, feature)


@dataclass(frozen=True)
class Change:
    """`before`: the settings that exist from the start (SQL with the firm's names)."""

    preview: Callable[[psycopg.Connection, Firm], list[Effect]]
    save: Callable[[psycopg.Connection, Firm], None]
    expected: list[Effect]
    before: tuple[str, ...] = ()


BY_EMAIL = "by email"


def maps(
    zoom_user: str, user: str | None, since: datetime, expected: list[Effect], *before: str
) -> Change:
    return maps_many({zoom_user: user}, since, expected, *before)


def maps_many(
    to: dict[str, str | None], since: datetime, expected: list[Effect], *before: str
) -> Change:
    def new_mappings(firm: Firm) -> list[NewMapping]:
        return [
            NewMapping(
                zoom_user, firm.account, firm.user(user) if user and user != BY_EMAIL else None,
                since, is_by_email=user == BY_EMAIL,
            )
            for zoom_user, user in to.items()
        ]  # fmt: skip

    def preview(connection: psycopg.Connection, firm: Firm) -> list[Effect]:
        periods = [
            MappingPeriod(
                one.zoom_user_id, one.user_id, one.effective_from, is_by_email=one.is_by_email
            )
            for one in new_mappings(firm)
        ]
        return effects_of_mappings(connection, periods, organization_id=firm.name)

    def save(connection: psycopg.Connection, firm: Firm) -> None:
        map_zoom_users(
            connection, new_mappings(firm), organization_id=firm.name, changed_by="the test"
        )

    return Change(preview, save, expected, before)


def switches(
    features: str, people: str | None, to: str, since: datetime, expected: list[Effect],
    *before: str, undone: bool = False,
) -> Change:  # fmt: skip
    """Several features or people are separated by spaces."""

    def users_of(firm: Firm) -> list[str]:
        return [firm.user(user) for user in (people or "").split()]

    def about(firm: Firm) -> dict[str, Any]:
        return {"organization_id": firm.name, "is_on": to == "on", "effective_from": since}

    def preview(connection: psycopg.Connection, firm: Firm) -> list[Effect]:
        users = users_of(firm) if people else None
        found = effects_of_switches(connection, features.split(), user_ids=users, **about(firm))
        return [] if undone else found

    def save(connection: psycopg.Connection, firm: Firm) -> None:
        changed_at = lock_switches(connection, firm.name)
        switched = [
            Switch(user, feature) for user in users_of(firm) or [""] for feature in features.split()
        ]
        save_switches(
            connection, switched, **about(firm), changed_by="the test", changed_at=changed_at
        )
        if undone:
            restored, again = take_back(
                connection, changed_at, organization_id=firm.name, changed_by="the test",
                changed_at=lock_switches(connection, firm.name),
            )  # fmt: skip
            assert (restored, again) == (set(switched), set())

    return Change(preview, save, expected, before)


def mapped(zoom_user: str, user: str | None, since: str = "2026-01-01") -> str:
    to = f"%({user})s" if user else "null"
    return f"{MAP} (%(account)s, '{zoom_user}', {to}, '{since}')"


def switched_off(
    feature: str, user: str | None, since: str = "2026-01-01", to: str = "false"
) -> str:
    whose = f"%({user})s" if user else "null"
    return f"{SWITCH} (%(org)s, {whose}, '{feature}', {to}, '{since}')"


EXCLUDED = EXCLUDE + "(%(org)s, 'OTHER.example ')"
# An exclusion applies to every spelling of an address.
EXCLUDED_KEY = EXCLUDE + "(%(org)s, 'eve@other.example')"


CHANGES = {
    "a_first_mapping": maps("zu-dan", "dan", TUESDAY, [
        Effect("meetings", 2, 0), Effect("webinars", 2, 0),
    ]),
    "a_mapping_from_now": maps("zu-dan", "dan", FIRST_BATCH, []),
    "a_user_who_attended_too": maps("zu-dan", "ann", MONDAY, [
        Effect("meetings", 1, 0), Effect("webinars", 1, 0),
    ]),
    "nobody": maps("zu-ben", None, TUESDAY, [Effect("meetings", 0, 1), Effect("webinars", 0, 1)]),
    "another_user": maps("zu-ben", "dan", MONDAY, [
        Effect("meetings", 2, 2), Effect("webinars", 1, 1),
    ]),
    "a_call_too": maps("zu-ann", None, THURSDAY, [
        Effect("meetings", 0, 1), Effect("phone", 0, 1), Effect("webinars", 0, 1),
    ]),
    "another_identity_keeps_the_entry": maps("zu-ann", None, THURSDAY, [
        Effect("phone", 0, 1),
    ], mapped("zu-dan", "ann")),
    "later_changes_are_overwritten": maps("zu-dan", "dan", MONDAY, [
        Effect("meetings", 3, 0), Effect("webinars", 2, 0),
    ], mapped("zu-dan", None, "2026-03-03"), mapped("zu-dan", None, "2026-03-05 12:00")),
    "by_email_again": maps("zu-ben", BY_EMAIL, TUESDAY, [
        Effect("meetings", 1, 1), Effect("webinars", 1, 1),
    ], mapped("zu-ben", "dan")),
    "by_email_with_an_email_of_no_user": maps("zu-eve", BY_EMAIL, MONDAY, [
        Effect("meetings", 0, 2),
    ], mapped("zu-eve", "dan")),
    "by_email_from_the_middle_of_a_manual_time": maps("zu-ann", BY_EMAIL, THURSDAY, [
        Effect("meetings", 1, 0), Effect("phone", 1, 0), Effect("webinars", 1, 0),
    ], mapped("zu-ann", None)),
    "several_at_once": maps_many({"zu-dan": "dan", "zu-eve": "dan", "zu-ben": None}, TUESDAY, [
        Effect("meetings", 2, 1), Effect("webinars", 2, 1),
    ]),
    "a_user_who_left": maps("zu-dan", "gone", MONDAY, [Effect("meetings", 1, 0)]),
    "a_user_who_has_it_off": maps("zu-dan", "dan", MONDAY, [
        Effect("meetings", 3, 0),
    ], switched_off("webinars", "dan")),
    "a_feature_that_is_off": maps("zu-dan", "dan", MONDAY, [
        Effect("meetings", 1, 0), Effect("webinars", 2, 0),
    ], switched_off("meetings", None, "2026-03-04")),
    "excluded_by_another_spelling": maps("zu-eve", "dan", MONDAY, [], EXCLUDED_KEY),
    "excluded": maps("zu-eve", "dan", MONDAY, [], EXCLUDED),
    "off_for_a_user": switches("meetings", "ann", "off", TUESDAY, [Effect("meetings", 0, 1)]),
    "phone_off_for_a_user": switches("phone", "ann", "off", MONDAY, [Effect("phone", 0, 1)]),
    "off_for_a_user_with_two_identities": switches("meetings", "ann", "off", MONDAY, [
        Effect("meetings", 0, 3),
    ], mapped("zu-dan", "ann")),
    "on_for_a_user": switches("meetings", "ann", "on", TUESDAY, [
        Effect("meetings", 1, 0),
    ], switched_off("meetings", "ann")),
    "on_for_a_user_while_it_is_off_for_everyone": switches("meetings", "ann", "on", MONDAY, [
    ], switched_off("meetings", "ann"), switched_off("meetings", None)),
    "on_for_an_excluded_participant": switches("meetings", "dan", "on", MONDAY, [
    ], switched_off("meetings", "dan"), mapped("zu-eve", "dan"), EXCLUDED),
    "off_since_a_time_in_a_session": switches("meetings", "ann", "off", HALF_PAST, [
        Effect("meetings", 0, 3),
    ]),
    "off_for_everyone_since_a_time_in_a_session": switches("meetings", None, "off", HALF_PAST, [
        Effect("meetings", 0, 6),
    ]),
    "off_for_everyone": switches("meetings", None, "off", TUESDAY, [Effect("meetings", 0, 2)]),
    "on_for_everyone": switches("webinars", None, "on", MONDAY, [
        Effect("webinars", 1, 0),
    ], switched_off("webinars", None), switched_off("webinars", "ben")),
    "on_for_everyone_from_a_later_day": switches("meetings", None, "on", WEDNESDAY, [
        Effect("meetings", 2, 0),
    ], switched_off("meetings", None)),
    "off_for_several": switches("meetings webinars", "ann ben", "off", TUESDAY, [
        Effect("meetings", 0, 2), Effect("webinars", 0, 2),
    ]),
    "on_for_several": switches("meetings webinars phone", "ann ben dan", "on", TUESDAY, [
        Effect("meetings", 1, 0), Effect("webinars", 1, 0),
    ], switched_off("meetings", "ann"), switched_off("webinars", "ben")),
    "undone": switches("meetings webinars", "ann ben", "off", MONDAY, [
    ], switched_off("meetings", "ann", "2026-03-03"),
       switched_off("meetings", "ann", "2026-03-05 12:00", "true"),
       switched_off("webinars", "ben"), undone=True),
    "undone_for_everyone": switches("meetings", None, "on", MONDAY, [
    ], switched_off("meetings", None, "2026-03-04"), undone=True),
}  # fmt: skip


@dataclass
class Story:
    """`updated` are the previews between an update of WorkSights and its first batch."""

    previews: dict[str, list[Effect]]
    updated: dict[str, list[Effect]]
    before: dict[str, Entries]
    after: dict[str, Entries]


@pytest.fixture(scope="module")
def story(server_url: str, home: Path, zoom_url: tuple[World, str]) -> Iterator[Story]:
    with new_installation(server_url, home=home, zoom=zoom_url[1]) as installation:
        firms = {name: Firm(name, EMAILS) for name in CHANGES}
        for name, firm in firms.items():
            firm.create(installation, *CHANGES[name].before)
            deliver_sessions(installation, firm)
        installation.batch(now=FIRST_BATCH)
        before = entries(installation)
        new = "alter table intermediate.int_outcomes rename column {} to {}"
        installation.execute(new.format("duration_seconds", "not_created_yet"))
        updated = {}
        for name, change in CHANGES.items():
            with page_of(installation.url, name) as connection:
                updated[name] = change.preview(connection, firms[name])
        installation.execute(new.format("not_created_yet", "duration_seconds"))
        previews = {}
        for name, change in CHANGES.items():
            with page_of(installation.url, name) as connection:
                previews[name] = change.preview(connection, firms[name])
                change.save(connection, firms[name])
        installation.batch(now=NEXT_BATCH)
        yield Story(previews, updated, before, entries(installation))


def entries(installation: Installation) -> dict[str, Entries]:
    rows = installation.execute(
        "select organization_id, session_id, user_id, feature from timeline.activities"
    )
    found: dict[str, Entries] = {firm: set() for firm in CHANGES}
    for firm, *entry in rows:
        found[firm].add(tuple(entry))
    return found


@pytest.mark.parametrize("firm", CHANGES)
def test_the_next_batch_does_what_the_preview_counted(firm: str, story: Story) -> None:
    before, after = story.before[firm], story.after[firm]
    added = Counter(feature for _, _, feature in after - before)
    removed = Counter(feature for _, _, feature in before - after)
    done = [Effect(name, added[name], removed[name]) for name in sorted(added | removed)]
    expected = CHANGES[firm].expected
    assert (story.previews[firm], done) == (expected, expected)


def test_previews_count_the_same_before_the_first_batch_after_an_update(story: Story) -> None:
    assert story.updated == story.previews
