"""`status` names the permissions and events without which Zoom does not report everything."""

import json
from typing import Any

import pytest

from tests.commands.program import Program, execute

CONNECTED = """
    insert into worksights.organizations values ('acme', 'Acme');
    insert into integration.connections
        (organization_id, zoom_account_id, connected_at, users_imported_at)
    values ('acme', 'AcmeZoomAccount0000000', now(), now());
"""
GRANTED = """
    insert into integration.tokens (connection_id, organization_id, grant_type, scope)
    select connection_id, organization_id, 'account_credentials',
        'user:read:admin meeting:read:admin webinar:read:webinar:admin phone:read:admin'
    from integration.connections;
"""
EVENTS = """
    update integration.connections
    set missing_events = '["meeting.participant_left"]', subscription_read_at = now();
"""
NONE = "update integration.connections set subscription_detail = 'Zoom lists none.';"
LONG_AGO = "update integration.connections set subscription_read_at = now() - interval '3 days';"
OURS = "update integration.connections set subscription_is_ours = true;"
ACCOUNT = "Zoom account AcmeZoomAccount0000000 of acme: "
STATES = {
    "not known": ("", None, ["permissions:    nothing missing", "subscription:   not known for 1"]),
    "a permission": (
        GRANTED, "permissions_missing",
        [
            "permissions:    missing: some for events of 1 account, some for healing of 1 account",
            f"{ACCOUNT}These permissions are missing: webinar:read:participant:admin. Add them to",
        ],
    ),
    "an event": (
        EVENTS, "events_missing",
        [
            "subscription:   events missing for 1 account",
            f"{ACCOUNT}The app is not subscribed to these events: meeting.participant_left. Add",
        ],
    ),
    "an event of its own subscription": (
        f"{EVENTS}{OURS}",
        "events_missing",
        ["the team that runs WorkSights. To add them, run: worksights-zoom connect --subscribe"],
    ),
    "an event that was read long ago": (
        f"{EVENTS}{LONG_AGO}",
        None,
        ["subscription:   not known for 1 account"],
    ),
    "no subscription": (NONE, None, ["subscription:   not known for 1 account. Zoom lists none."]),
}  # fmt: skip


@pytest.mark.parametrize(("state", "problem", "said"), STATES.values(), ids=STATES)
def test_what_zoom_does_not_report_needs_attention(
    state: str, problem: str | None, said: list[str], program: Program
) -> None:
    execute(program.settings["DATABASE_URL"], CONNECTED + state)
    answer, shown = program("status"), program("status", "--json")
    assert answer.code == shown.code == (1 if problem else 0), answer.text
    assert [text for text in said if text not in answer.out] == []
    names = [one["name"] for one in json.loads(shown.out)["problems"]]
    assert names == ([problem] if problem else [])


def test_the_json_has_every_account_in_use(program: Program) -> None:
    execute(program.settings["DATABASE_URL"], CONNECTED + GRANTED + EVENTS)
    (one,) = reported(program)
    assert one.pop("subscription_read_at")
    assert [one] == [
        {
            "organization_id": "acme",
            "zoom_account_id": "AcmeZoomAccount0000000",
            "missing_events": ["meeting.participant_left"],
            "subscription_detail": None,
            "missing_permissions": ["webinar:read:participant:admin"],
            "missing_permissions_for_healing": [
                "report:read:user:admin",
                "webinar:read:list_past_participants:admin",
            ],
        }
    ]
    execute(
        program.settings["DATABASE_URL"],
        "update integration.connections set status = 'disconnected', disconnected_at = now()",
    )
    assert reported(program) == []


def reported(program: Program) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(program("status", "--json").out)["reported"]
    return found
