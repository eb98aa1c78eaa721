"""The demo's plan: office hours, clients that grow and go quiet, and dates that never change."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from simulator.demo import calendar
from simulator.demo.cast import CAST, ZOOM_ONLY
from simulator.demo.clients import CEDAR, DELTA, GRANITE, HARBOR, Client
from simulator.demo.company import build_demo_company, email_of, manager_email_of
from simulator.demo.scene import build_demo_day
from simulator.journal import Event

# Winter, summer, and the weeks between the changes of clocks in the US and in Europe.
ENDS = [date(2026, 11, 27), date(2026, 7, 1), date(2026, 3, 17)]
LAST = ENDS[0]


COMPANY = build_demo_company()


@cache
def events(day: date, *, ends_on: date = LAST) -> list[Event]:
    return build_demo_day(COMPANY, day, ends_on=ends_on)


def objects(day: date, *, of: str, ends_on: date = LAST) -> list[dict[str, Any]]:
    found = [event for event in events(day, ends_on=ends_on) if event.name.endswith(of)]
    return [json.loads(event.body)["payload"]["object"] for event in found]


@cache
def joins(day: date, *, ends_on: date = LAST) -> list[dict[str, Any]]:
    """The participants of the day's meetings and webinars, with the topic."""
    return [
        {"topic": about["topic"], **about["participant"]}
        for about in objects(day, of=".participant_joined", ends_on=ends_on)
    ]


def met_on(client: Client) -> list[date]:
    """The days on which somebody of the client joined, one for each meeting."""
    emails = {guest.email for guest in client.people}
    days = [*calendar.earlier_days(LAST), *calendar.story_days(LAST)]
    return [
        day for day in days for _ in {one["topic"] for one in joins(day) if one["email"] in emails}
    ]


@pytest.mark.parametrize("ends_on", ENDS)
def test_everybody_meets_in_their_own_office_hours(ends_on: date) -> None:
    zones = {user.id: user.office.time_zone for user in COMPANY.users}
    outside = []
    for day in [*calendar.earlier_days(ends_on), *calendar.story_days(ends_on)]:
        for one in joins(day, ends_on=ends_on):
            zone = zones.get(one["participant_user_id"])
            if zone is not None:
                at = datetime.fromisoformat(one["join_time"]).astimezone(ZoneInfo(zone))
                if at.date() != day or not time(7, 55) <= at.time() <= time(18, 50):
                    outside.append((one["user_name"], at.isoformat(), one["topic"]))
    assert outside == []


def test_ten_working_days_have_meetings_and_other_days_none() -> None:
    busy = [
        LAST - timedelta(days=ago) for ago in range(-3, 20) if events(LAST - timedelta(days=ago))
    ]
    assert sorted(busy) == [*calendar.story_days(LAST), LAST + timedelta(days=3)]
    assert len(calendar.story_days(LAST)) == 10


def test_a_date_has_the_same_events_whenever_they_are_sent() -> None:
    later = events(LAST + timedelta(days=4))
    again = build_demo_day(build_demo_company(), LAST + timedelta(days=4), ends_on=LAST)
    assert [event.body for event in later] == [event.body for event in again] != []


def test_clients_grow_go_quiet_and_are_new() -> None:
    first, last = calendar.story_days(LAST)[:5], calendar.story_days(LAST)[5:]
    harbor = Counter(day in last for day in met_on(HARBOR))
    assert 0 < harbor[False] * 3 <= harbor[True]
    assert max(met_on(CEDAR)) in first[:2]
    assert max(met_on(GRANITE)) < LAST - timedelta(days=30)
    assert min(met_on(DELTA)) in last


def test_one_person_is_in_two_meetings_at_once_and_one_is_away() -> None:
    overlapping, present = set(), set()
    for day in calendar.story_days(LAST):
        spans: dict[str, list[tuple[str, str]]] = {}
        for plan in objects(day, of="meeting.participant_left"):
            person = plan["participant"]
            if person["user_name"] in ("Liam Doyle", "Chloe Bennett"):
                spans.setdefault(person["user_name"], []).append(
                    (plan["start_time"], person["leave_time"])
                )
        overlapping |= {
            name
            for name, times in spans.items()
            for one in times
            for other in times
            if one[0] < other[0] < one[1] and other[1] > one[1]
        }
        if any(one["user_name"] == "Nina Petrova" for one in joins(day)):
            present.add(day)
    assert "Liam Doyle" in overlapping
    assert len(present) == 5


def test_every_colleague_but_the_owner_has_a_manager_of_the_company() -> None:
    emails = {one.email for one in COMPANY.colleagues}
    managers = {one.email: manager_email_of(one) for one in COMPANY.colleagues}
    assert {email for email, boss in managers.items() if boss not in emails} == {
        email_of(person) for person in CAST if person.role == "owner"
    }
    assert {person.role for person in CAST} == {
        "owner", "executive", "admin", "technical_admin", "manager", "member",
    }  # fmt: skip


def test_some_zoom_users_are_nobodys_by_email() -> None:
    known = {one.email for one in COMPANY.colleagues}
    unmapped = {user.full_name.strip() for user in COMPANY.users if user.email not in known}
    assert unmapped == {"Tomás Silva", "", *(f"{one[1]} {one[2]}" for one in ZOOM_ONLY if one[1])}
