"""What Zoom sends about its users and about the app, and deliveries that cannot be used."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tests.laws.reference.events import USER_EVENTS
from tests.laws.worlds.dice import Dice
from tests.laws.worlds.extremes import ABSURD, JUST_TOO_EARLY, text_of, too_long
from tests.laws.worlds.people import BASE, BATCH_TIMES, Cast
from tests.laws.worlds.wire import Report, event, iso

CLIENT_ID = "client-of-the-laws"
EMAILS = ("new.address@acme.test", "Anna@acme.test", "ben@acme.test", "other@contoso.test")


def user_events(dice: Dice, cast: Cast, ends: Sequence[datetime]) -> list[Report]:
    reports: list[Report] = []
    for account, rows in cast.zoom_users.items():
        ids = [row["id"] for row in rows if row.get("id")] + [f"{cast.prefix}young"]
        for _ in range(dice.choice([0, 0, 1, 3])):
            at, milliseconds = BASE + timedelta(seconds=dice.number(0, 5 * 86400)), 417
            if dice.luck(0.3):
                at, milliseconds = dice.choice(ends), dice.choice([0, 0, 417])
            if at in BATCH_TIMES:
                continue  # when an import says something else at the same time
            zoom_user_id = dice.choice(ids)
            reports.append(_user_event(dice, account, at, milliseconds, zoom_user_id))
            if dice.luck(0.2):
                reports.append(_user_event(dice, account, at, milliseconds + 200, zoom_user_id))
    return reports


def _user_event(
    dice: Dice, account: str, at: datetime, milliseconds: int, zoom_user_id: str
) -> Report:
    about = {"id": zoom_user_id}
    what = dice.choice(["updated", "updated", *USER_EVENTS])
    if dice.luck(0.7):
        about["email"] = dice.choice(EMAILS)
    if dice.luck(0.3):
        about["display_name"] = "Told by Event"
    if dice.luck(0.05):
        about |= {"email": text_of(321), "display_name": text_of(dice.choice([400, 401]))}
    if what == "updated":
        about["old_object"] = {"email": "former@acme.test"}
    body = event(f"user.{what}", account, at, about)
    body["event_ts"] = int(at.timestamp()) * 1000 + milliseconds
    return Report(at, body, False)


def deauthorization(dice: Dice, account: str, *, at: datetime, is_ours: bool) -> Report:
    payload = {
        "account_id": account,
        "user_id": "whoever",
        "client_id": CLIENT_ID if is_ours else "somebody-elses-app",
        "deauthorization_time": at.strftime("%Y-%m-%dT%H:%M:%S.417Z"),
    }
    body = {"event": "app_deauthorized", "payload": payload}
    if dice.luck(0.5):
        body["event_ts"] = int(at.timestamp()) * 1000
    return Report(at, body, False)


def unusable(dice: Dice, cast: Cast) -> list[Report | bytes]:
    """Quarantined, ignored and unknown: none of it may reach a mart."""
    account = dice.choice(list(cast.accounts))
    at = BASE + timedelta(hours=dice.number(1, 60))
    uuid = f"{cast.prefix}bad=="
    whole = {"uuid": uuid, "start_time": iso(at), "end_time": iso(at)}
    part = {"user_id": "16778240", "join_time": iso(at)}
    at_last = iso(at + timedelta(days=40))
    too_early = (*ABSURD, JUST_TOO_EARLY)
    joined, ended = "meeting.participant_joined", "meeting.ended"
    call = {"call_id": f"{cast.prefix}bad", "call_end_time": iso(at)}
    history, log = "phone.caller_call_history_completed", "phone.callee_call_log_completed"
    cases: list[Report | bytes] = [
        b'{"event": "meeting.ended", ',
        b"[]",
        b'{"payload": {"account_id": "nobody"}}',
        Report(at, event("meeting.chat_message_sent", account, at, {"uuid": uuid})),
        Report(at, event("webinar.participant_joined_breakout_room", account, at, whole)),
        Report(at, event(ended, f"{cast.prefix}stranger", at, whole)),
        Report(at, {"event": ended, "event_ts": 1, "payload": {"object": whole}}),
        Report(at, event(ended, account, at, {**whole, "uuid": dice.choice(["", None])})),
        Report(
            at,
            event(
                ended, account, at, {**whole, "end_time": dice.choice(["late", "12:00", at_last])}
            ),
        ),
        Report(at, event(ended, account, at, {**whole, "end_time": dice.choice(too_early)})),
        Report(
            at,
            event(joined, account, at, {**whole, "participant": {**part, "join_time": ABSURD[0]}}),
        ),
        Report(
            at,
            event(joined, account, at, {**whole, "participant": {**part, "user_id": too_long()}}),
        ),
        Report(at, event(ended, account, at, {**whole, "uuid": too_long()})),
        Report(at, {**event("user.updated", account, at, {"id": "z"}), "event_ts": 0}, False),
        Report(at, event("user.updated", account, at, {"id": too_long()}), False),
        Report(at, event(ended, too_long(), at, whole)),
        Report(at, event("meeting.started", account, at, {"uuid": uuid})),
        Report(at, event(joined, account, at, whole)),
        Report(at, event(joined, account, at, {**whole, "participant": {"join_time": iso(at)}})),
        Report(
            at, event(joined, account, at, {**whole, "participant": {**part, "join_time": "soon"}})
        ),
        Report(at, event("phone.caller_ended", account, at, {"call_end_time": iso(at)})),
        Report(at, event("phone.callee_ended", account, at, {**call, "call_end_time": None})),
        Report(at, event(history, account, at, {"call_logs": [{**call, "start_time": iso(at)}]})),
        Report(at, event(history, account, at, {"call_logs": []})),
        Report(at, event(log, account, at, {"call_logs": [{"id": "1", "date_time": iso(at)}]})),
        Report(at, event("user.updated", account, at, {"email": "x@acme.test"}), False),
        Report(at, event("meeting.ended", account, at, {}) | {"payload": {"account_id": account}}),
    ]
    return dice.some(cases, 8)
