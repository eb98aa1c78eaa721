"""Every kept event in Zoom's shape, with each of its fields spoiled in many ways."""

import copy
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from integration.zoom.kept_events import KEPT_EVENTS
from tests.pipeline.events import Body, iso, milliseconds

HALF_AN_HOUR = timedelta(minutes=30)
SEED = 11


def wide(byte_count: int, *, seed: int = SEED) -> str:
    """A text of so many bytes that Postgres cannot compress: rare ideographs of four bytes each."""
    dice = random.Random(seed)  # noqa: S311 - repeatable, no secret
    return "".join(chr(dice.randrange(0x20000, 0x2A6D0)) for _ in range(byte_count // 4))


# Each type of JSON is wrong for some field, and each text, number or time is too large for some.
SPOILED: dict[str, Any] = {
    "a boolean": True,
    "a number beyond 64 bits": 10**30,
    "lists and objects": {"id": [{"id": None}]},
    "a text of everything": "\0' \" \\ \ud800 {{ x }} <b> %s $1 \t\r\n \u202e",
    "a wide text": wide(2400),
    "the widest id": wide(128),
    "year 1": "0001-01-01T00:00:00Z",
    "year 9999": "9999-12-31T23:59:59.999999-14:00",
}


def hostile_bodies(account: str, *, at: datetime) -> Iterator[Body]:
    """One body for each way to spoil each field of every kept event, and to spoil all its fields at
    once. After each body come the events that complete its session.
    """
    number = 0
    for event in sorted(KEPT_EVENTS):
        whole = _body(event, account, at, "")
        for place in [*_places(whole), None]:
            for value in SPOILED.values():
                number += 1
                body = _body(event, account, at, str(number))
                yield _spoiled(body, [place] if place else list(_leaves(body)), value)
                yield from _companions(event, account, at, str(number))


def _spoiled(body: Body, places: list[tuple[Any, ...]], value: Any) -> Body:
    spoiled = copy.deepcopy(body)
    for *path, last in places:
        inside: Any = spoiled
        for name in path:
            inside = inside[name]
        inside[last] = value
    return spoiled


def _places(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of everything inside except the event's name: other names are not kept."""
    inside = content.items() if isinstance(content, dict) else enumerate(content)
    for name, value in inside:
        if (*path, name) == ("event",):
            continue
        yield (*path, name)
        if isinstance(value, dict | list):
            yield from _places(value, (*path, name))


def _leaves(body: Body) -> Iterator[tuple[Any, ...]]:
    """What can be spoiled at once: all but the account and what assigns the event to a session."""
    kept = {"account_id", "uuid", "call_id", "event_ts"}
    paths = list(_places(body))
    inner = {path[:-1] for path in paths}
    return (path for path in paths if path not in inner and path[-1] not in kept)


def _companions(event: str, account: str, at: datetime, number: str) -> Iterator[Body]:
    """A meeting or webinar needs an end and a participant; a call is complete on its own."""
    family, _, name = event.partition(".")
    if family in ("meeting", "webinar"):
        other = "participant_joined" if name == "ended" else "ended"
        yield _body(f"{family}.{other}", account, at, number)


def _body(event: str, account: str, at: datetime, number: str) -> Body:
    """A valid body. `number` makes it the only event of its session or user."""
    family, _, name = event.partition(".")
    payload: Body = {"account_id": account}
    if family in ("meeting", "webinar"):
        payload["object"] = _session(name, at, number)
    elif family == "phone":
        payload["object"] = _call(name, at, number)
    elif family == "user":
        payload["object"] = {
            "id": f"zu-{number}", "email": f"somebody{number}@client.example", "type": 2,
            "first_name": "Some", "last_name": "Body", "display_name": f"Some Body {number}",
        }  # fmt: skip
    else:
        payload |= {"client_id": "somebody-elses-app", "deauthorization_time": iso(at)}
    return {"event": event, "event_ts": milliseconds(at) + 312, "payload": payload}


def _session(name: str, at: datetime, number: str) -> Body:
    about: Body = {
        "uuid": f"uuid-{number}==", "id": "85212345678", "host_id": "zu-host", "type": 2,
        "topic": "Plans", "start_time": iso(at - HALF_AN_HOUR), "duration": 30,
    }  # fmt: skip
    if name == "ended":
        about["end_time"] = iso(at)
    if name.startswith("participant"):
        about["participant"] = {
            "user_id": "16778240", "participant_uuid": f"UUID-{number}", "user_name": "Guest",
            "participant_user_id": "", "id": "", "email": f"guest{number}@client.example",
            "registrant_id": "r1", "customer_key": "c1", "parent_user_id": "16777216",
            "bind_user_id": "16777216", "bind_participant_uuid": "UUID-BOUND",
            "join_time": iso(at - HALF_AN_HOUR), "leave_time": iso(at), "date_time": iso(at),
            "leave_reason": "left the meeting",
        }  # fmt: skip
    return about


def _call(name: str, at: datetime, number: str) -> Body:
    sides = ("caller", "callee")
    if name.endswith("_ended"):
        party = {"user_id": "", "extension_id": "e1", "extension_number": 1001, "name": "A Name",
                 "phone_number": "+12125550101"}  # fmt: skip
        times = ("ringing_start_time", "answer_start_time", "call_end_time")
        about: Body = {"call_id": f"call-{number}", "handup_result": "Call connected"}
        return about | {side: dict(party) for side in sides} | dict.fromkeys(times, iso(at))
    record: Body = {
        "id": f"record-{number}", "call_element_id": f"record-{number}",
        "call_id": f"call-{number}", "direction": "inbound", "event": "incoming",
        "result": "Call connected", "duration": 30,
        "date_time": iso(at - HALF_AN_HOUR), "start_time": iso(at - HALF_AN_HOUR),
        "answer_time": iso(at - HALF_AN_HOUR), "end_time": iso(at),
    }  # fmt: skip
    for side in sides:
        record |= {
            f"{side}_user_id": "", f"{side}_name": "A Name", f"{side}_number": "1001",
            f"{side}_number_type": 1, f"{side}_ext_id": "e1", f"{side}_ext_number": "1001",
            f"{side}_did_number": "+12125550101", f"{side}_email": f"caller{number}@client.example",
        }  # fmt: skip
    listed = "call_elements" if "element" in name else "call_logs"
    return {"user_id": "zu-caller", listed: [record]}
