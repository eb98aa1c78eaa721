"""Which scopes a grant lacks, and which events a subscription lacks, for the features in use."""

import pytest

from integration.zoom.kept_events import KEPT_EVENTS
from integration.zoom.needed_events import RECORDS, events_of_feature, feature_of, missing_events
from integration.zoom.scopes import NEEDS, REPORTED, USERS, Purpose, lacking, names_of
from simulator.world import SCOPES

GRANULAR = (
    "user:read:list_users:admin user:read:user:admin meeting:read:meeting:admin "
    "meeting:read:participant:admin webinar:read:webinar:admin webinar:read:participant:admin "
    "phone:read:call:admin phone:read:list_users:admin"
)
CLASSIC = "user:read:admin meeting:read:admin webinar:read:admin phone:read:admin"
LIVE = {"phone.caller_ended", "phone.callee_ended"}


def missing(granted: str, *features: str, purpose: Purpose = Purpose.EVENTS) -> list[str]:
    return names_of(lacking(granted, purpose, features or REPORTED))


@pytest.mark.parametrize(
    ("granted", "expected"),
    [
        (GRANULAR, []),
        (CLASSIC, []),
        (CLASSIC.replace(":read:", ":write:"), []),  # what may change it may read it
        (CLASSIC.replace(":read:admin", ":master"), []),
        (GRANULAR.replace(":admin", ":master"), []),  # of an account with sub-accounts
        (GRANULAR.replace("phone:read:call:admin", "phone:read:call_log:admin"), []),
        (GRANULAR.replace(" webinar:read:participant:admin", ""),
         ["webinar:read:participant:admin"]),
        # A scope without "admin" is for one user's own meetings.
        (GRANULAR.replace("meeting:read:participant:admin", "meeting:read:participant"),
         ["meeting:read:participant:admin"]),
        ("user:read:list_users:admin",
         ["user:read:user:admin", "meeting:read:meeting:admin", "meeting:read:participant:admin",
          "webinar:read:webinar:admin", "webinar:read:participant:admin", "phone:read:call:admin",
          "phone:read:list_users:admin"]),
        (GRANULAR.replace(" phone:read:list_users:admin", ""), ["phone:read:list_users:admin"]),
    ],
)  # fmt: skip
def test_a_grant_lacks_what_neither_the_granular_nor_the_classic_scope_allows(
    granted: str, expected: list[str]
) -> None:
    assert missing(granted) == expected


def test_only_features_in_use_need_their_scopes() -> None:
    assert missing("user:read:admin meeting:read:admin", "meetings", USERS) == []
    assert missing("user:read:admin", "phone") == [
        "phone:read:call:admin",
        "phone:read:list_users:admin",
    ]


def test_healing_needs_scopes_of_its_own() -> None:
    assert missing(GRANULAR, purpose=Purpose.HEALING) == [
        "report:read:user:admin",
        "meeting:read:past_meeting:admin",
        "meeting:read:list_past_participants:admin",
        "webinar:read:list_past_participants:admin",
        "phone:read:list_call_logs:admin",
    ]
    assert missing(f"{CLASSIC} report:read:admin", purpose=Purpose.HEALING) == []


def test_the_simulated_app_has_every_scope() -> None:
    assert [missing(SCOPES, purpose=purpose) for purpose in Purpose] == [[], [], []]
    assert {one.feature for one in NEEDS} == set(REPORTED)


def test_each_kept_event_belongs_to_one_feature_except_the_one_without_a_subscription() -> None:
    of_features = [event for feature in REPORTED for event in events_of_feature(feature)]
    assert sorted(of_features) == sorted(KEPT_EVENTS - {"app_deauthorized"})
    assert {feature_of(event) for event in events_of_feature("webinars")} == {"webinars"}


@pytest.mark.parametrize(
    ("subscribed", "expected"),
    [
        (KEPT_EVENTS, []),
        (KEPT_EVENTS - {"app_deauthorized"}, []),
        (KEPT_EVENTS | {"recording.completed"}, []),
        (KEPT_EVENTS - {"webinar.ended", "meeting.participant_left"},
         ["meeting.participant_left", "webinar.ended"]),
        # One generation of records is enough, whichever it is.
        (KEPT_EVENTS - RECORDS[0] - RECORDS[2], []),
        (KEPT_EVENTS - RECORDS[0] - RECORDS[1], []),
        (KEPT_EVENTS - RECORDS[0] - RECORDS[2] - {"phone.caller_call_history_completed"},
         ["phone.caller_call_history_completed"]),
        (KEPT_EVENTS - frozenset().union(*RECORDS),
         ["phone.callee_call_element_completed", "phone.caller_call_element_completed"]),
        (KEPT_EVENTS - LIVE, ["phone.callee_ended", "phone.caller_ended"]),
    ],
    ids=["all", "as in Zoom", "others", "two", "v2", "v1", "half of v2", "no records", "no live"],
)  # fmt: skip
def test_a_subscription_lacks_the_events_that_nothing_else_replaces(
    subscribed: frozenset[str], expected: list[str]
) -> None:
    assert missing_events(subscribed) == expected


def test_events_of_features_that_are_not_in_use_are_not_missing() -> None:
    found = missing_events((), ["webinars"])
    assert {event.partition(".")[0] for event in found} == {"webinar"}
