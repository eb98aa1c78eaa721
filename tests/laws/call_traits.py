"""Traits of calls, and of what Zoom sends about them."""

import json
from collections.abc import Iterator

from tests.laws.reference.call_events import MOST_RECORDS, call_records
from tests.laws.reference.events import Event, Unreadable
from tests.laws.reference.phone import people_named, talks_of
from tests.laws.reference.world import Delivery


def of_call(events: list[Event]) -> Iterator[str]:
    named, talks = people_named(events), talks_of(events)
    own = [event for event in events if event.fields["side"] == "callee"]
    if len(named) > 1:
        yield "several callees"
        if not talks:
            yield "none of several callees answered"
        if not talks and any(
            event.fields["answered_at"] and not event.fields["parties"]["callee"]["zoom_user_id"]
            for event in own
        ):
            yield "an answer without a Zoom user among several callees"
    if len(talks) > 1:
        yield "several callees who answered"
    if any(event.fields["is_voicemail"] for event in events):
        yield "voicemail"
        if talks and any(
            event.fields["is_voicemail"]
            and event.fields["parties"]["callee"]["zoom_user_id"] in set(named) - set(talks)
            for event in own
        ):
            yield "voicemail of one callee where another answered"
    yield from {f"call of generation {event.fields['generation']}" for event in events}


def of_calls(delivery: Delivery) -> Iterator[str]:
    try:
        message = json.loads(delivery.body)
        about = message["payload"]["object"]
    except (ValueError, KeyError, TypeError):
        return
    records = [*about.get("call_logs", []), *about.get("call_elements", [])]
    answers = [(about.get("answer_start_time"), about.get("call_end_time"))]
    answers += [(record.get("answer_time"), record.get("end_time")) for record in records]
    if any(answer and end and answer > end for answer, end in answers):
        yield "an impossible answer"
    if len(records) > 1:
        yield "several records in one delivery"
    if len(records) > MOST_RECORDS:
        yield "more than 500 records"
        return
    try:
        read = call_records(message, "", delivery.received_at) if records else []
    except Unreadable:
        return
    if len(read) < len(records):
        yield "an unreadable record next to a readable one"
    if any("recorded" in str(record.get("result")).lower() for record in records):
        yield "a recorded call"
