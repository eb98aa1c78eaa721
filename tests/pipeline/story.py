"""One week of many firms in one database: in each firm, exactly one thing changes.

All firms have the same people and sessions, and are changed between the same two batches, so one
batch shows what each change touches.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.pipeline.events import Body, Session, user_event
from tests.pipeline.firms import EXCLUDE, MAP, SWITCH
from tests.pipeline.installation import Installation
from tests.pipeline.timeline_week import ANN, BEN, CLEO, MONDAY, FirmWithWeek

FIRST_BATCH = datetime(2026, 3, 5, 12, tzinfo=UTC)
QUIET_BATCH = FIRST_BATCH + timedelta(minutes=20)
REPEATED_BATCH = FIRST_BATCH + timedelta(minutes=40)
CHANGING_BATCH = datetime(2026, 3, 6, 12, tzinfo=UTC)
LATER_BATCH = datetime(2026, 3, 8, 12, tzinfo=UTC)

# (session, person) -> (outcome before, outcome after); None: no such participant.
Transitions = dict[tuple[str, str], tuple[str | None, str | None]]


@dataclass(frozen=True)
class Change:
    """What is set before and what is changed (SQL with the firm's names), and the result."""

    changed: str = ""
    before: str = ""
    events: Callable[[FirmWithWeek], list[Body]] = field(default=lambda _firm: [])
    touches: Transitions = field(default_factory=dict)
    later_outcomes: dict[str, str] = field(default_factory=dict)  # ann's, in LATER_BATCH
    # (session, who): guests who count as a person now, or no longer, with the same outcome
    guests: frozenset[tuple[str, str]] = frozenset()


_WITH_ANN = {"ann": "activity", "dan": "not_mapped", "cleo": "not_mapped"}
USUAL = {
    "mon": _WITH_ANN,
    "tue": _WITH_ANN,
    "webinar": {"ann": "activity", "ben": "activity"},
    "wed": _WITH_ANN,
    "bens": {"ben": "activity", "eve": "activity", "cleo": "not_mapped"},
}


def all_of(sessions: Iterable[str], who: str, before: str, after: str) -> Transitions:
    return {(session, who): (before, after) for session in sessions}


def everyone(sessions: Iterable[str], after: str, *, back: bool = False) -> Transitions:
    """The usual outcomes of whole sessions, changed into another one, or back."""
    return {
        (session, who): ((after, outcome) if back else (outcome, after))
        for session in sessions
        for who, outcome in USUAL[session].items()
    }


SET_USER = "update worksights.users set "
SET_CONNECTION = "update integration.connections set "
OF_FIRM = " where organization_id = %(org)s"
ANNS = ("mon", "tue", "webinar", "wed")


def _ann_gets_another_email(firm: FirmWithWeek) -> list[Body]:
    at = MONDAY + timedelta(days=1, hours=12)
    return [
        user_event("updated", firm.account, at, zoom_user_id="zu-ann", email="a.ash@new.example")
    ]


def _an_address_becomes_dans(firm: FirmWithWeek) -> list[Body]:
    """The first known email of a Zoom user also applies to the time before it."""
    return [user_event("updated", firm.account, MONDAY, zoom_user_id="zu-dan", email=CLEO.email)]


def _late_leave(firm: FirmWithWeek) -> list[Body]:
    return [firm.tuesday().left(ANN, firm.tuesday().started_at + timedelta(minutes=40))]


def _bens_leg_after_all(firm: FirmWithWeek) -> list[Body]:
    """The latest value in a leg's events decides which person the leg belongs to."""
    return [firm.tuesday().left(BEN, firm.tuesday().ended_at + timedelta(seconds=1))]


def _open_session(firm: FirmWithWeek) -> Session:
    return firm.session("open", 3, 9)


def _without_end(firm: FirmWithWeek) -> list[Body]:
    session = _open_session(firm)
    return [
        session.started(),
        session.joined(ANN, session.started_at),
        session.left(ANN, session.started_at + timedelta(minutes=30)),
    ]


CHANGES = {
    "nothing": Change(),
    "mapped_now": Change(
        changed=f"{MAP} (%(account)s, 'zu-dan', %(dan)s, '2026-03-06 11:00Z')",
    ),
    "mapped_back_dated": Change(
        changed=f"{MAP} (%(account)s, 'zu-dan', %(dan)s, '2026-03-03 12:00Z')",
        touches=all_of(["wed"], "dan", "not_mapped", "activity"),
    ),
    "mapped_until_the_next_mapping": Change(
        before=f"{MAP} (%(account)s, 'zu-dan', null, '2026-03-04 00:00Z')",
        changed=f"{MAP} (%(account)s, 'zu-dan', %(dan)s, '2026-03-03 00:00Z')",
        touches=all_of(["tue"], "dan", "not_mapped", "activity"),
    ),
    "mapped_to_nobody": Change(
        changed=f"{MAP} (%(account)s, 'zu-ann', null, '2026-03-03 10:00Z')",
        touches=all_of(["tue", "webinar", "wed"], "ann", "activity", "not_mapped"),
    ),
    "mapping_deleted": Change(
        before=f"{MAP} (%(account)s, 'zu-dan', %(dan)s, '2026-03-02 10:00Z')",
        changed="delete from integration.mapping_changes where zoom_account_id = %(account)s",
        touches=all_of(["mon", "tue", "wed"], "dan", "activity", "not_mapped"),
    ),
    "user_unsubscribed_for_a_day": Change(
        changed=f"""{SWITCH}
            (%(org)s, %(ann)s, 'meetings', false, '2026-03-03 00:00Z'),
            (%(org)s, %(ann)s, 'meetings', true, '2026-03-04 00:00Z')""",
        touches=all_of(["tue"], "ann", "activity", "not_subscribed"),
    ),
    "organization_without_webinars": Change(
        changed=f"{SWITCH} (%(org)s, null, 'webinars', false, '2026-03-01 00:00Z')",
        touches=all_of(["webinar"], "ann", "activity", "feature_off")
        | all_of(["webinar"], "ben", "activity", "feature_off"),
    ),
    "organization_with_meetings_again": Change(
        before=f"{SWITCH} (%(org)s, null, 'meetings', false, '2026-03-01 00:00Z')",
        changed=f"{SWITCH} (%(org)s, null, 'meetings', true, '2026-03-04 00:00Z')",
        touches=all_of(["wed"], "ann", "feature_off", "activity")
        | all_of(["bens"], "ben", "feature_off", "activity")
        | all_of(["bens"], "eve", "feature_off", "activity"),
        guests=frozenset({("wed", "cleo"), ("bens", "cleo")}),
    ),
    "address_excluded": Change(
        changed=f"{EXCLUDE} (%(org)s, ' Ben.Brook@Firm.Example ')",
        touches=all_of(["webinar", "bens"], "ben", "activity", "excluded"),
    ),
    "address_excluded_that_ends_another": Change(
        changed=f"{EXCLUDE} (%(org)s, 'brook@firm.example')",
    ),
    "domain_excluded_on_a_label_boundary": Change(
        changed=f"{EXCLUDE} (%(org)s, 'firm.example')",
        touches=all_of(ANNS, "ann", "activity", "excluded")
        | all_of(["webinar", "bens"], "ben", "activity", "excluded"),
    ),
    "exclusion_removed": Change(
        before=f"{EXCLUDE} (%(org)s, 'otherfirm.example')",
        changed="delete from integration.exclusions where organization_id = %(org)s",
        touches=all_of(["bens"], "eve", "excluded", "activity"),
    ),
    "user_created_later": Change(
        changed=f"{SET_USER} created_at = '2026-03-03 12:00Z' where user_id = %(ann)s",
        touches=all_of(["mon", "tue"], "ann", "activity", "user_inactive"),
    ),
    "user_deactivated": Change(
        changed=f"{SET_USER} deactivated_at = '2026-03-03 16:00Z' where user_id = %(ann)s",
        touches=all_of(["webinar", "wed"], "ann", "activity", "user_inactive"),
    ),
    "mapped_user_deactivated": Change(
        before=f"{MAP} (%(account)s, 'zu-dan', %(dan)s, '2026-03-01 00:00Z')",
        changed=f"{SET_USER} deactivated_at = '2026-03-04 00:00Z' where user_id = %(dan)s",
        touches=all_of(["wed"], "dan", "activity", "user_inactive"),
    ),
    "worksights_email_changed": Change(
        changed=f"{SET_USER} email = 'ann.ash@firm.example' where user_id = %(ann)s",
        later_outcomes={"thu": "activity", "sat": "not_mapped"},
    ),
    "zoom_email_changed_by_an_event": Change(
        events=_ann_gets_another_email,
        touches=all_of(["webinar", "wed"], "ann", "activity", "not_mapped"),
        later_outcomes={"thu": "not_mapped", "sat": "not_mapped"},
    ),
    "zoom_email_changed_by_an_import": Change(
        later_outcomes={"thu": "activity", "sat": "not_mapped"},
    ),
    "connected_later": Change(
        changed=f"{SET_CONNECTION} connected_at = '2026-03-03 12:00Z' {OF_FIRM}",
        touches=everyone(["mon", "tue"], "before_connection"),
    ),
    "connected_earlier": Change(
        before=f"{SET_CONNECTION} connected_at = '2026-03-03 12:00Z' {OF_FIRM}",
        changed=f"{SET_CONNECTION} connected_at = '2026-03-02 12:00Z' {OF_FIRM}",
        touches=everyone(["tue"], "before_connection", back=True),
    ),
    "disconnected": Change(
        changed=f"""{SET_CONNECTION} status = 'disconnected', disconnected_at = '2026-03-04 09:30Z'
            {OF_FIRM}""",
        touches=everyone(["wed", "bens"], "after_disconnection"),
    ),
    "connected_again": Change(
        before=f"""{SET_CONNECTION} status = 'disconnected', disconnected_at = '2026-03-03 22:00Z'
            {OF_FIRM}""",
        changed="""
            insert into integration.connections (organization_id, zoom_account_id, connected_at)
            values (%(org)s, %(account)s, '2026-03-04 00:00Z')
        """,
        touches=everyone(["wed", "bens"], "after_disconnection", back=True),
    ),
    "no_end_for_24_hours": Change(touches={("open", "ann"): (None, "activity")}),
    "an_inferred_end_taken_back": Change(touches={("open", "ann"): (None, "activity")}),
    "an_address_becomes_a_zoom_users": Change(events=_an_address_becomes_dans),
    "late_leave": Change(events=_late_leave),
    "late_correction": Change(events=_bens_leg_after_all),
}


# A session without its end, and the event that arrives after its end was inferred.
ENDED_LATER: dict[str, Callable[[Session], Body]] = {
    "no_end_for_24_hours": lambda session: session.ended(),
    "an_inferred_end_taken_back": lambda session: session.joined(
        BEN, session.ended_at, leg="16790000"
    ),
}


def prepare(installation: Installation, firm: FirmWithWeek) -> None:
    """Creates the firm and delivers its week. Users in the simulator's list get no user events."""
    firm.create(installation, CHANGES[firm.name].before)
    if firm.name != "zoom_email_changed_by_an_import":
        installation.deliver(*firm.directory(), at=MONDAY)
    week = firm.week()
    if firm.name == "late_leave":
        week.remove(firm.tuesday().left(ANN, firm.tuesday().ended_at))
    installation.deliver(*week, at=MONDAY + timedelta(days=2, hours=16))
    if firm.name in ENDED_LATER:
        installation.deliver(*_without_end(firm), at=MONDAY + timedelta(days=3, hours=10))


def change(installation: Installation, firm: FirmWithWeek) -> None:
    planned = CHANGES[firm.name]
    firm.set(installation, planned.changed)
    bodies = planned.events(firm)
    if bodies:
        installation.deliver(*bodies, at=CHANGING_BATCH - timedelta(minutes=5))


def deliver_later_events(installation: Installation, firm: FirmWithWeek) -> None:
    """What Zoom sends between the changing batch and the later one."""
    bodies = firm.after_the_change() if CHANGES[firm.name].later_outcomes else []
    if firm.name in ENDED_LATER:
        bodies = [ENDED_LATER[firm.name](_open_session(firm))]
    if bodies:
        installation.deliver(*bodies, at=LATER_BATCH - timedelta(minutes=5))
