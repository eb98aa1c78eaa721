"""`/v2/report` and `/v2/past_…`: the sessions a user has hosted, and who was in them.

The report leaves out sessions with one participant, as Zoom does by default. A uuid that starts
with a slash or contains two must be encoded twice.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.admission import Call, admit, refuse
from simulator.arrival import world_of
from simulator.days import DaysError, days_of, is_too_long
from simulator.directory import RestUser
from simulator.limits import HEAVY, LIGHT, MEDIUM
from simulator.listing import page
from simulator.past_sessions import PastSession, Presence
from simulator.wire import iso
from simulator.world import Account

NEWER = 4001  # the code of the newest Meetings document
_REPORT = Call(
    HEAVY, ("report:read:user:admin",), ("report:read:admin",), is_paid=True, per_second_code=NEWER
)
_DETAILS = Call(
    LIGHT, ("meeting:read:past_meeting:admin",), ("meeting:read:admin",), per_second_code=NEWER
)
_PARTICIPANTS = Call(
    MEDIUM,
    ("meeting:read:list_past_participants:admin",),
    ("meeting:read:admin",),
    is_paid=True,
    per_second_code=NEWER,
)
_VISITORS = Call(
    MEDIUM,
    ("webinar:read:list_past_participants:admin",),
    ("webinar:read:admin",),
    is_paid=True,
    per_second_code=NEWER,
)
_REPORT_REACHES = timedelta(days=183)
_PAST_REACHES = timedelta(days=365)
_NO_WEBINARS = (
    "Webinar plan is missing. You must subscribe to the webinar plan and enable webinars for this "
    "user in order to perform this action."
)


async def report_of_user(request: Request) -> Response:
    account = await admit(request, _REPORT)
    if isinstance(account, Response):
        return account
    wanted = request.path_params["user"]
    user = _user(account, wanted)
    if user is None:
        return refuse(404, 1001, message=f"User does not exist: {wanted}.")
    world = world_of(request)
    try:
        days = days_of(request.query_params, now=world.now())
    except DaysError as error:
        return refuse(400, 300, message=str(error))
    now = datetime.fromtimestamp(world.now(), UTC)
    if is_too_long(days) or days.last < (now - _REPORT_REACHES).date():
        return refuse(400, 300, message="The range must be within a month of the last six months.")
    sessions = world.history.hosted(account.id, user["id"], first=days.first, last=days.last)
    own = _own_users(account)
    rows = [
        _in_report(one, user=user, own=own, organization=account.company.name)
        for one in sessions
        if len(one.people) > 1
    ]
    return page(
        request,
        rows,
        what=f"report:{account.id}:{user['id']}:{days.first}:{days.last}",
        array="meetings",
        around=("page_count", "page_number", "page_size", "total_records"),
        more={"from": days.first.isoformat(), "to": days.last.isoformat()},
    )


async def past_meeting(request: Request) -> Response:
    account = await admit(request, _DETAILS)
    if isinstance(account, Response):
        return account
    session = _session(request, account, kind="meeting")
    if isinstance(session, Response):
        return session
    user = _user(account, session.host_id) or {}
    return JSONResponse(
        {
            "id": int(session.number),
            "uuid": session.uuid,
            "duration": session.minutes,
            "start_time": iso(session.started_at),
            "end_time": iso(session.ended_at),
            "host_id": session.host_id,
            "dept": user.get("dept", ""),
            "participants_count": len(session.attended),
            "source": "Zoom",
            "topic": session.topic,
            "total_minutes": _total_minutes(session),
            "type": session.type,
            "user_email": user.get("email", ""),
            "user_name": user.get("display_name", ""),
            "has_meeting_summary": False,
        }
    )


async def past_participants(request: Request) -> Response:
    return await _participants(request, _PARTICIPANTS, kind="meeting")


async def past_visitors(request: Request) -> Response:
    return await _participants(request, _VISITORS, kind="webinar")


async def _participants(request: Request, call: Call, *, kind: str) -> Response:
    account = await admit(request, call)
    if isinstance(account, Response):
        return account
    if kind == "webinar" and not account.has_webinars:
        return refuse(400, 200, message=_NO_WEBINARS)
    session = _session(request, account, kind=kind)
    if isinstance(session, Response):
        return session
    own = _own_users(account)
    rows = [_participant(one, is_own=one.zoom_user_id in own) for one in session.presences]
    return page(request, rows, what=f"past:{session.uuid}", array="participants")


def _session(request: Request, account: Account, *, kind: str) -> PastSession | Response:
    """The session of the path; webinars are not past meetings, and meetings not past webinars."""
    given = request.path_params["session"]
    is_encoded_once = given.startswith("/") or "//" in given
    world = world_of(request)
    session = None if is_encoded_once else world.history.session(account.id, unquote(given))
    if session is None or session.kind != kind:
        return refuse(404, 3001, message=f"{kind.title()} does not exist: {given}.")
    if session.ended_at < datetime.fromtimestamp(world.now(), UTC) - _PAST_REACHES:
        return refuse(400, 12702, message="Cannot access a meeting a year ago.")
    return session


def _user(account: Account, key: str) -> RestUser | None:
    for user in account.users:
        if key and key in (user.get("id"), user["email"]) and "id" in user:
            return user
    return None


def _own_users(account: Account) -> set[str]:
    return {user["id"] for user in account.users if "id" in user}


def _in_report(
    session: PastSession, *, user: RestUser, own: set[str], organization: str
) -> dict[str, Any]:
    return {
        "uuid": session.uuid,
        "id": int(session.number),
        "type": session.type,
        "topic": session.topic,
        "user_name": user.get("display_name", ""),
        "user_email": user["email"],
        "start_time": iso(session.started_at),
        "end_time": iso(session.ended_at),
        "duration": session.minutes,
        "total_minutes": _total_minutes(session),
        "participants_count": len(session.attended),
        "participants_count_my_account": sum(one.zoom_user_id in own for one in session.attended),
        "source": "Zoom",
        "custom_keys": [],
        "session_key": "",
        "schedule_time": session.started_at.strftime("%m/%d/%Y %H:%M"),
        "host_organization": organization,
        "host_name": user.get("display_name", ""),
        "has_screen_share": False,
        "has_recording": False,
        "has_chat": False,
        "meeting_encryption_status": 1,
    }


def _participant(presence: Presence, *, is_own: bool) -> dict[str, Any]:
    return {
        "id": presence.zoom_user_id,
        "name": presence.name,
        "user_id": presence.user_id,
        "registrant_id": presence.registrant_id,
        "user_email": presence.email,
        "join_time": iso(presence.joined_at),
        "leave_time": iso(presence.left_at),
        "duration": presence.seconds,
        "failover": False,
        "status": "in_waiting_room" if presence.is_waiting else "in_meeting",
        "internal_user": is_own,
    }


def _total_minutes(session: PastSession) -> int:
    return sum(one.seconds for one in session.attended) // 60


ROUTES = [
    Route("/v2/report/users/{user}/meetings", report_of_user),
    Route("/v2/past_meetings/{session:path}/participants", past_participants),
    Route("/v2/past_webinars/{session:path}/participants", past_visitors),
    Route("/v2/past_meetings/{session:path}", past_meeting),
]
