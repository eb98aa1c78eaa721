"""One person per session, with all their connections combined (5.4 to 5.6)."""

from tests.laws.reference.events import Event
from tests.laws.reference.identity import identify, persons
from tests.laws.reference.legs import Leg, latest, legs_of
from tests.laws.reference.presence import Interval, clipped, united
from tests.laws.reference.sessions import Participant, Session
from tests.laws.reference.settings import Known


def participants_of(
    session: Session, events: list[Event], known: Known, accounts: list[str]
) -> list[Participant]:
    legs = legs_of(events)
    binds = [event for event in events if event.is_bind]
    identify(legs, binds, known, accounts, session.ended_at)
    return [_participant(session, person, known, accounts) for person in persons(legs)]


def _participant(
    session: Session, legs: list[Leg], known: Known, accounts: list[str]
) -> Participant:
    zoom_user_id = legs[0].value("zoom_user_id")
    address = _latest_of(legs, "email")
    name = _latest_of(legs, "name")
    if zoom_user_id:
        address = address or known.zoom_email(accounts, zoom_user_id, session.ended_at)
        name = name or known.zoom_name(accounts, zoom_user_id, session.ended_at)
    counted = [leg for leg in legs if _counts(leg, legs)]
    return Participant(
        zoom_user_id=zoom_user_id,
        email=address,
        display_name=name,
        role=_role(session, zoom_user_id, address, known, accounts),
        presence=united([_stay(leg, session) for leg in counted]),
        connection_count=len(legs),
        is_estimated=any(not (leg.joins and leg.leaves) for leg in counted),
        was_only_in_the_waiting_room=all(leg.is_waiting_room for leg in legs),
    )


def _latest_of(legs: list[Leg], name: str) -> str | None:
    value = latest(leg.values[name] for leg in legs)
    return value[2] if value else None


def _counts(leg: Leg, legs: list[Leg]) -> bool:
    if leg.is_waiting_room:
        return False
    others = [other for other in legs if other is not leg and not other.is_waiting_room]
    return not (leg.is_incomplete_breakout and others)


def _stay(leg: Leg, session: Session) -> Interval:
    start = min((event.own_time for event in leg.joins), default=session.started_at)
    end = max((event.own_time for event in leg.leaves), default=session.ended_at)
    return clipped((start, end), (session.started_at, session.ended_at))


def _role(
    session: Session,
    zoom_user_id: str | None,
    address: str | None,
    known: Known,
    accounts: list[str],
) -> str:
    if session.host_id is None:
        return "attendee"
    # The host's id may be in the lists of several accounts, with several emails.
    emails = {known.zoom_email([one], session.host_id, session.ended_at) for one in accounts}
    is_host = zoom_user_id == session.host_id or (address is not None and address in emails)
    return "host" if is_host else "attendee"
