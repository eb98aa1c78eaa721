"""When a session took place and what it was (5.3, 5.9). For calls, see phone.py."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.laws.reference.events import Event, Key
from tests.laws.reference.presence import Interval

WAIT_FOR_THE_END = timedelta(hours=24)
LONGEST = timedelta(days=31)

MEETING_TYPES = {
    "0": ("scheduled", "a scheduled meeting"),
    "1": ("instant", "an instant meeting"),
    "2": ("scheduled", "a scheduled meeting"),
    "3": ("recurring", "a recurring meeting"),
    "4": ("personal", "a personal meeting"),
    "7": ("audio_conference", "an audio conference"),
    "8": ("recurring", "a recurring meeting"),
}
WEBINAR_TYPES = {
    "5": ("webinar", "a webinar"),
    "6": ("recurring_webinar", "a recurring webinar"),
    "9": ("recurring_webinar", "a recurring webinar"),
}


@dataclass
class Participant:
    zoom_user_id: str | None
    email: str | None
    display_name: str | None
    role: str
    presence: list[Interval]
    connection_count: int | None
    is_estimated: bool = False
    was_only_in_the_waiting_room: bool = False
    caller_id: str | None = None
    has_outside_number: bool = False


@dataclass
class Session:
    account: str
    feature: str
    uuid: str
    started_at: datetime
    ended_at: datetime
    end_source: str
    last_event_at: datetime
    topic: str | None = None
    session_type: str = "call"
    type_in_words: str = "a call"
    host_id: str | None = None
    meeting_id: str | None = None
    is_answered: bool = True
    participants: list[Participant] = field(default_factory=list)


def session_of(key: Key, events: list[Event], *, as_of: datetime) -> Session | None:
    """None while the session has no end. Binds play no part."""
    account, feature, uuid = key
    events = [event for event in events if not event.is_bind]
    if not events:
        return None
    ends = [event for event in events if event.name.endswith(".ended")]
    times = [event.own_time for event in events if event.is_join or event.is_leave]

    last_end = max(ends, key=lambda event: event.own_time, default=None)
    newest_arrival = max(event.received_at for event in events)
    if last_end:
        ended_at, started_at = last_end.own_time, last_end.fields["start_time"]
    elif times and as_of >= newest_arrival + WAIT_FOR_THE_END:
        ended_at, started_at = max(times), None
    else:
        return None
    if started_at is None or not _fits(started_at, ended_at):
        seen = [event.fields["start_time"] for event in events if event.fields["start_time"]]
        seen += [event.own_time for event in events if event.is_join]
        started_at = min((at for at in seen if _fits(at, ended_at)), default=ended_at)

    kind = _value_of(events, last_end, "type")
    types = MEETING_TYPES if feature == "meetings" else WEBINAR_TYPES
    other = ("other", "a meeting" if feature == "meetings" else "a webinar")
    session_type, type_in_words = types.get(kind or "", other)
    return Session(
        account=account,
        feature=feature,
        uuid=uuid,
        started_at=started_at,
        ended_at=ended_at,
        end_source="event" if last_end else "inferred",
        last_event_at=max(event.own_time for event in events),
        topic=_value_of(events, last_end, "topic"),
        session_type=session_type,
        type_in_words=type_in_words,
        host_id=_value_of(events, last_end, "host_id"),
        meeting_id=_value_of(events, last_end, "meeting_id"),
    )


def _fits(started_at: datetime, ended_at: datetime) -> bool:
    """No session is longer than 31 days."""
    return timedelta(0) <= ended_at - started_at <= LONGEST


def _value_of(events: list[Event], last_end: Event | None, name: str) -> str | None:
    """From the `ended` event, else from the latest event that has a value."""
    if last_end and last_end.fields[name]:
        return last_end.fields[name]
    said = [(event.own_time, event.fields[name]) for event in events if event.fields[name]]
    return max(said)[1] if said else None
