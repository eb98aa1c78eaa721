"""`user.*` events, which agree with the account's user list."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from simulator.agenda import Agenda
from simulator.company import ZoomUser
from simulator.wire import iso, milliseconds


def change_users(agenda: Agenda) -> None:
    """One or more updates a day; sometimes a user is created, deactivated or locked for an hour."""
    rng, company = agenda.rng, agenda.company
    for _ in range(agenda.times(0.05)):
        _updated(agenda, rng.choice(agenda.people))
    for _ in range(agenda.times(0.2)):
        _signed_in(agenda, rng.choice(agenda.people))
    at = agenda.opening(company.owner) + timedelta(minutes=rng.randrange(20, 200))
    if rng.random() < 0.2:
        _write(agenda, "created", at=at, user=agenda.people[-1], creation_type="create")
    if rng.random() < 0.15:
        locked = rng.choice(agenda.people[1:])
        _write(agenda, "deactivated", at=at, user=locked)
        _write(agenda, "activated", at=at + timedelta(hours=1), user=locked)
    if rng.random() < 0.15:
        inactive = rng.choice([user for user in company.users if user.status == "inactive"])
        _write(agenda, "deactivated", at=at + timedelta(minutes=5), user=inactive)


def _updated(agenda: Agenda, user: ZoomUser) -> None:
    """Write only the changed fields, as Zoom does: no email, but a host key and a picture."""
    rng = agenda.rng
    at = agenda.opening(user) + timedelta(minutes=rng.randrange(400))
    about = {
        "id": user.id,
        "dept": user.department,
        "host_key": str(rng.randrange(100_000, 999_999)),
        "pic_url": f"https://zoom.example.com/p/{user.id}",
    }
    beside = {
        **_operator(agenda),
        "time_stamp": milliseconds(at),
        "old_object": {"id": user.id, "dept": "", "host_key": "", "pic_url": ""},
    }
    agenda.journal.write("user.updated", at, about=about, beside=beside)


def _signed_in(agenda: Agenda, user: ZoomUser) -> None:
    at = agenda.opening(user) + timedelta(minutes=agenda.rng.randrange(60))
    about = {
        "id": user.id,
        "email": user.email,
        "date_time": iso(at),
        "client_type": agenda.rng.choice(("mac", "win", "browser", "iphone")),
        "version": "6.4.1",
        "login_type": 101,
    }
    agenda.journal.write("user.signed_in", at, about=about)


def _write(agenda: Agenda, what: str, *, at: datetime, user: ZoomUser, **more: Any) -> None:
    about = {
        "id": user.id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "display_name": user.full_name,
        "email": user.email,
        "type": user.type,
    }
    beside = {**_operator(agenda), **more}
    agenda.journal.write(f"user.{what}", at, about=about, beside=beside)


def _operator(agenda: Agenda) -> dict[str, Any]:
    owner = agenda.company.owner
    return {"operator": owner.email, "operator_id": owner.id}
