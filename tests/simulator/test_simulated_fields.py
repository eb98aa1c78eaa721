"""REST responses have the fields of Zoom's documents, and no others."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

import pytest

from integration.settings import PROJECT
from simulator.app import APP_ID
from simulator.company import build_company
from tests.simulator.zoom_client import Zoom
from tests.simulator.zoom_fields import FIELDS, NEVER_SENT

DAY = date(2026, 3, 2)
COMPANY = build_company()
# Zoom's samples are not part of the project, but may be in a folder beside it.
SAMPLES = PROJECT.parent / "shared" / "zoom" / "payloads"
SAMPLE = "rest.{}.official.json"


@pytest.fixture
def answers(zoom: Zoom, clock: list[float]) -> dict[str, list[dict[str, Any]]]:
    """The responses of each call."""
    clock[0] = datetime(DAY.year, DAY.month, DAY.day + 1, tzinfo=UTC).timestamp()
    zoom.control("history", day=DAY.isoformat())
    zoom.control("webhook-log", attempts=[{"body": {"event": "meeting.ended"}}])
    ours = zoom.connect()["access_token"]
    apps = zoom.token(grant_type="client_credentials").json()["access_token"]
    for label in ("heavy", "medium", "phone heavy"):
        zoom.control("limits", label=label, per_second=1000)
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in FIELDS}

    def ask(name: str, path: str, token: str, **query: Any) -> dict[str, Any]:
        answer = zoom.get(path, token, **query).json()
        found[name].append(answer)
        return answer

    days = {"from": DAY.isoformat(), "to": DAY.isoformat()}
    for user in COMPANY.active:
        path = f"/v2/report/users/{user.id}/meetings"
        for one in ask("report-users-userId-meetings", path, ours, **days)["meetings"]:
            uuid = quote(quote(one["uuid"], safe=""), safe="")
            if one["type"] in (5, 6, 9):
                path = f"/v2/past_webinars/{uuid}/participants"
                ask("past_webinars-webinarId-participants", path, ours)
            else:
                path = f"/v2/past_meetings/{uuid}"
                ask("past_meetings-meetingId", path, ours)
                ask("past_meetings-meetingId-participants", f"{path}/participants", ours)
    ask("phone-call_history", "/v2/phone/call_history", ours, **days)
    ask("marketplace-apps-appId-webhook_logs", f"/v2/marketplace/apps/{APP_ID}/webhook_logs", apps)
    query = {"account_id": COMPANY.account_id, "subscription_scope": "account"}
    path = "/v2/marketplace/app/event_subscription"
    ask("marketplace-app-event_subscription", path, apps, **query)
    ask("users", "/v2/users", ours)
    ask("users-userId", "/v2/users/me", ours)
    ask("phone-users", "/v2/phone/users", ours)
    return found


def keys(rows: list[dict[str, Any]]) -> set[str]:
    return {key for row in rows for key in row}


def test_responses_have_these_fields_and_no_others(
    answers: dict[str, list[dict[str, Any]]],
) -> None:
    for name, (around, array, of_row) in FIELDS.items():
        never = set(NEVER_SENT.get(name, "").split())
        rows = [row for answer in answers[name] for row in answer.get(array, ())]
        assert keys(answers[name]) == set(around.split()) - never, name
        assert keys(rows) == set(of_row.split()) - never, name


@pytest.mark.parametrize("name", FIELDS)
def test_the_lists_of_fields_are_those_of_zooms_samples(name: str) -> None:
    """Without the samples there is nothing to compare; the lists still hold."""
    around, array, of_row = FIELDS[name]
    path = SAMPLES / SAMPLE.format(name)
    sample = json.loads(path.read_text()) if path.exists() else None
    if sample is not None:
        assert set(sample) == set(around.split())
        assert keys(sample.get(array, [])) == set(of_row.split())
