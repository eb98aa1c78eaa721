"""The rows of the marts, with natural keys (Zoom's `uuid` or `call_id`) instead of our ids."""

from dataclasses import dataclass, field
from typing import Any

from tests.laws.reference.affiliations import side_of
from tests.laws.reference.companies import Meetings, companies
from tests.laws.reference.days import Entry, user_days
from tests.laws.reference.deliveries import Ledger, land, of_sessions
from tests.laws.reference.events import Event, Key
from tests.laws.reference.outcomes import outcome_of
from tests.laws.reference.participants import participants_of
from tests.laws.reference.phone import call_of, parties_of
from tests.laws.reference.presence import seconds, united
from tests.laws.reference.sessions import Participant, Session, session_of
from tests.laws.reference.settings import Known
from tests.laws.reference.world import World

Row = dict[str, Any]
# Sessions outside the connection's time are in no mart, so nothing identifies them.
NO_SESSION = {"zoom_account_id": None, "feature": None, "zoom_uuid": None}


@dataclass
class Marts:
    sessions: list[Row] = field(default_factory=list)
    participants: list[Row] = field(default_factory=list)
    activities: list[Row] = field(default_factory=list)
    outcomes: list[Row] = field(default_factory=list)
    user_days: list[Row] = field(default_factory=list)
    company_sessions: list[Row] = field(default_factory=list)
    companies: list[Row] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)


def derive(world: World) -> Marts:
    """The marts after the last of the world's batches."""
    events, ledger = land(world)
    known = Known(world, events.values())
    marts = Marts(ledger=ledger)
    found = Found()
    for key, of_session in of_sessions(events.values()):
        _add_session(marts, found, key, of_session, known, world)
    zones = {user.user_id: user.time_zone for user in world.settings.users}
    marts.user_days = [{**NO_SESSION, **row} for row in user_days(found.entries, zones)]
    for organization_id in world.settings.organizations:
        sessions = [one for one in found.meetings if one.organization_id == organization_id]
        met = [row for row in marts.company_sessions if row["organization_id"] == organization_id]
        marts.companies += [
            {**NO_SESSION, **row} for row in companies(organization_id, sessions, met)
        ]
    return marts


@dataclass
class Found:
    """What the sessions say about days and companies."""

    entries: list[Entry] = field(default_factory=list)
    meetings: list[Meetings] = field(default_factory=list)


def _add_session(
    marts: Marts, found: Found, key: Key, events: list[Event], known: Known, world: World
) -> None:
    is_call = key[1] == "phone"
    session = call_of(key, events) if is_call else session_of(key, events, as_of=world.as_of)
    if session is None:
        return
    organization_id, outside = known.connection_at(session.account, session.ended_at)
    accounts = known.accounts_of(organization_id, session.account)
    find = parties_of if is_call else participants_of
    session.participants = find(session, events, known, accounts)

    natural = {
        "organization_id": organization_id,
        "zoom_account_id": session.account,
        "feature": session.feature,
        "zoom_uuid": session.uuid,
    }
    became: dict[str, list[Participant]] = {}
    users = [
        known.mapped_user(organization_id, accounts, each.zoom_user_id, session.ended_at)
        if each.zoom_user_id
        else None
        for each in session.participants
    ]
    sides = [
        side_of(
            session, each, known, organization_id=organization_id, user_id=user, outside=outside
        )
        for each, user in zip(session.participants, users, strict=True)
    ]
    paused = [known.is_paused(organization_id, user, session.ended_at) for user in users]
    meetings = Meetings(natural)
    for participant, user_id, is_paused, side in zip(
        session.participants, users, paused, sides, strict=True
    ):
        if is_call and paused[1 if participant.role == "caller" else 0]:
            participant.caller_id = None  # the other party keeps the call to themselves
        outcome = outcome_of(session, participant, known, user_id=user_id, outside=outside)
        result = {"user_id": None if is_paused else user_id, "outcome": outcome}
        if outside:
            marts.outcomes.append({**NO_SESSION, "organization_id": organization_id, **result})
            continue
        marts.outcomes.append({**natural, **result})
        row = _participant_row(participant)
        nameless = dict.fromkeys(("zoom_user_id", "email", "display_name")) if is_paused else {}
        of_side = {
            "affiliation": side.affiliation, "person": side.person, "company": side.company,
        }  # fmt: skip
        marts.participants.append({**natural, **row, **of_side, **nameless, **result})
        meetings.add(side, participant.presence)
        if outcome == "activity":
            became.setdefault(user_id or "", []).append(participant)
    if outside:
        return
    marts.sessions.append({**natural, **_session_row(session)})
    externals = united(
        [
            stay
            for participant, side in zip(session.participants, sides, strict=True)
            if side.affiliation == "external"
            for stay in participant.presence
        ]
    )
    presences = {}
    for user_id, participants in became.items():
        row = _activity_row(session, user_id, participants)
        marts.activities.append({**natural, **row})
        presence = united([stay for each in participants for stay in each.presence])
        presences[user_id] = presence
        is_hosted = row["role"] in ("host", "caller")
        found.entries.append(
            Entry(organization_id, user_id, session.feature, is_hosted, presence, externals)
        )
    found.meetings.append(meetings)
    marts.company_sessions += meetings.met(presences)


def _session_row(session: Session) -> Row:
    return {
        "zoom_meeting_id": session.meeting_id,
        "topic": session.topic,
        "session_type": session.session_type,
        "host_zoom_user_id": session.host_id,
        "started_at": session.started_at,
        "ended_at": session.ended_at,
        "end_source": session.end_source,
        "participant_count": len(session.participants),
    }


def _participant_row(participant: Participant) -> Row:
    presence = participant.presence
    return {
        "zoom_user_id": participant.zoom_user_id,
        "email": participant.email,
        "display_name": participant.display_name,
        "role": participant.role,
        "joined_at": presence[0][0] if presence else None,
        "left_at": presence[-1][1] if presence else None,
        "duration_seconds": seconds(presence),
        "connection_count": participant.connection_count,
        "is_estimated": participant.is_estimated,
    }


def _activity_row(session: Session, user_id: str, participants: list[Participant]) -> Row:
    """A user with several identities: presence is united; the host's or caller's role wins."""
    first = min(participants, key=lambda participant: participant.role not in ("host", "caller"))
    presence = united([stay for participant in participants for stay in participant.presence])
    is_call = session.feature == "phone"
    return {
        "user_id": user_id,
        "service": "zoom",
        "category": "Call",
        "color": "cyan",
        "title": _title(session, first),
        "role": first.role,
        "topic": session.topic,
        "session_type": session.session_type,
        "direction": _direction(first) if is_call else None,
        "caller_id": first.caller_id,
        "started_at": presence[0][0],
        "ended_at": presence[-1][1],
        "duration_seconds": seconds(presence),
        "is_estimated": any(participant.is_estimated for participant in participants),
        "last_event_at": session.last_event_at,
    }


def _direction(participant: Participant) -> str:
    return "outbound" if participant.role == "caller" else "inbound"


def _title(session: Session, participant: Participant) -> str:
    if session.feature == "phone":
        what, about = f"{_direction(participant).capitalize()} call", participant.caller_id
    else:
        verb = "Hosted" if participant.role == "host" else "Attended"
        what, about = f"{verb} {session.type_in_words}", session.topic
    return f"{what}: {about}" if about else what
