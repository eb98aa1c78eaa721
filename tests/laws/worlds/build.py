"""A whole world: what happened, how often and when it was delivered, what was set."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import strategies as st

from tests.laws.reference.world import Batch, Delivery, Settings, World
from tests.laws.worlds.calls import make_call
from tests.laws.worlds.dice import Dice, throw
from tests.laws.worlds.logs import together
from tests.laws.worlds.people import BASE, BATCH_TIMES, LAST, Cast, make_cast
from tests.laws.worlds.posting import Posted, post, post_again, post_once
from tests.laws.worlds.sessions import make_session
from tests.laws.worlds.settings import Setter, changed, first_settings
from tests.laws.worlds.users import CLIENT_ID, deauthorization, unusable, user_events
from tests.laws.worlds.wire import Report

Draw = Callable[[st.SearchStrategy], object]


@dataclass(frozen=True)
class History:
    """The settings that each batch finds, and everything that is delivered, in order of arrival."""

    settings: list[Settings]
    posted: list[Posted]

    @property
    def world(self) -> World:
        batches = tuple(
            Batch(as_of, self.settings[n], tuple(p.delivery for p in self.posted if p.batch == n))
            for n, as_of in enumerate(BATCH_TIMES)
        )
        return World(CLIENT_ID, batches)


def make_history(seed: int, number: int, *, copy_of: str = "w", is_wild: bool = False) -> History:
    """History `number` of a seed, whichever others are made.

    Its ids start with `copy_of` and its number, so that one database can contain many histories and
    their copies.
    """
    return throw(histories(f"{copy_of}{number}-", is_wild=is_wild), f"{seed}/{number}")


def make_world(seed: int, number: int) -> World:
    return make_history(seed, number).world


def rearranged(history: History, seed: int) -> History:
    """The same deliveries in another order and in other batches, some of them repeated."""
    return throw(rearrangements(history), f"{seed}/rearranged")


@st.composite
def histories(draw: Draw, prefix: str, *, is_wild: bool = False) -> History:
    """In a wild history, reports of one event differ in several fields at once. The contract does
    not say which of them applies.
    """
    dice = Dice(draw)
    cast = make_cast(dice, prefix)
    reports, ends = _story(dice, cast)
    setter = Setter(dice, cast, ends)
    settings = [first_settings(setter)]
    left = _deauthorized_account(dice, settings[0])
    for n in range(1, len(BATCH_TIMES)):
        settings.append(changed(setter, settings[-1], n, keeps_zoom_users=left is not None))
    posted = []
    for one in reports:
        posted += post(dice, one, is_wild=is_wild)
    if left:
        posted += _post_deauthorization(dice, left, setter)
    for bad in unusable(dice, cast):
        posted += _post_unusable(dice, bad)
    return History(settings, posted)


@st.composite
def rearrangements(draw: Draw, history: History) -> History:
    dice = Dice(draw)
    posted, ends = [], _ends(history)
    for one in history.posted:
        if b"app_deauthorized" in one.delivery.body or _is_late(one, ends):
            # What ends a connection also ends its imports, and the result of an event from the day
            # after the end depends on the settings when it is landed. Both stay in their batches.
            posted.append(one)
            continue
        posted.append(replace(one, batch=dice.number(0, LAST)))
        if dice.luck(0.2):
            posted.append(post_again(dice, one, dice.number(0, LAST)))
    return History(history.settings, dice.shuffled(posted))


def _ends(history: History) -> dict[str, datetime]:
    """When each account's connection first ends, by any batch's settings or by a deauthorization.
    Batches may change connections.
    """
    ends: dict[str, datetime] = {}
    found = [
        (connection.zoom_account_id, connection.disconnected_at)
        for settings in history.settings
        for connection in settings.connections
        if connection.disconnected_at
    ]
    found += [
        (one.report.account, one.report.at)
        for one in history.posted
        if one.report and one.report.body["event"] == "app_deauthorized"
    ]
    for account, end in found:
        ends[account] = min(end, ends.get(account, end))
    return ends


def _is_late(one: Posted, ends: dict[str, datetime]) -> bool:
    end = ends.get(one.report.account) if one.report else None
    return end is not None and one.report.at > end


def _story(dice: Dice, cast: Cast) -> tuple[list[Report], list[datetime]]:
    """The events of sessions, calls and users, and when the sessions and calls ended."""
    reports, ends = [], []
    for number in range(dice.number(2, 9)):
        # Some sessions start close to midnight.
        starts_at = BASE + timedelta(days=dice.number(0, 4), hours=dice.choice([8, 10, 15, 23]))
        starts_at += timedelta(seconds=dice.number(0, 3599))
        account = dice.choice(list(cast.accounts))
        make = make_call if dice.luck(0.4) else make_session
        events, ended_at = make(dice, cast, account, number=number, starts_at=starts_at)
        reports += events
        ends.append(ended_at)
    return together(dice, reports) + user_events(dice, cast, ends), ends


def _deauthorized_account(dice: Dice, settings: Settings) -> str | None:
    live = [c.zoom_account_id for c in settings.connections if c.disconnected_at is None]
    return dice.choice(live) if live and dice.luck(0.15) else None


def _post_deauthorization(dice: Dice, account: str, setter: Setter) -> list[Posted]:
    at = max(setter.edge(), BASE)
    report = deauthorization(dice, account, at=at, is_ours=dice.luck(0.7))
    return [post_once(dice, report, dice.number(max(1, report.first_batch), LAST))]


def _post_unusable(dice: Dice, bad: Report | bytes) -> list[Posted]:
    if isinstance(bad, Report):
        return [post_once(dice, bad, bad.first_batch) for _ in range(dice.number(1, 2))]
    at = BASE + timedelta(days=1)
    return [Posted(dice.number(0, LAST), Delivery(bad, at))]
