"""A whole world from a seed: what happened, how often and when it was delivered, what was set."""

import copy
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tests.laws.reference.world import Batch, Delivery, Settings, World
from tests.laws.worlds.calls import make_call
from tests.laws.worlds.people import BASE, BATCH_TIMES, Cast, make_cast
from tests.laws.worlds.sessions import make_session
from tests.laws.worlds.settings import Setter, batch_of, changed, first_settings
from tests.laws.worlds.users import (
    CLIENT_ID,
    at_the_root,
    deauthorization,
    unusable,
    user_events,
)
from tests.laws.worlds.wire import Told, to_bytes

DAY = 86400
# What worlds can do without, while the product cannot do it.
LEFT_OUT = (
    "calls",
    "disagreeing-calls",  # whether somebody answered
    "deauthorizations",
    "late-user-events",  # after the batch that should have found them
    "split-seconds",  # times of user events
)
# What is not part of an event's identity.
OPEN_FIELDS = ("topic", "host_id", "type", "id")
OPEN_FIELDS_OF_PARTICIPANTS = (
    "user_name",
    "participant_user_id",
    "id",
    "email",
    "registrant_id",
    "customer_key",
    "leave_reason",
)


@dataclass(frozen=True)
class Posted:
    """A delivery and the batch that finds it."""

    batch: int
    delivery: Delivery


def make_world(
    seed: int,
    number: int,
    *,
    copy_of: str = "w",
    is_wild: bool = False,
    without: Collection[str] = (),
) -> World:
    """World `number` of a seed; its ids begin with `copy_of` and its number, so that many, and
    copies of them, fit side by side.

    In a wild one, tellings of one event differ in several fields at once; which of them counts the
    contract leaves open. `without` leaves out some of LEFT_OUT.
    """
    rng = random.Random(f"{seed}/{number}")  # noqa: S311 - made-up data, no secret
    cast = make_cast(rng, f"{copy_of}{number}-")
    told, ends = _story(rng, cast, without=without)
    setter = Setter(rng, cast, ends)
    settings = [first_settings(setter)]
    ended_by_zoom = None
    if "deauthorizations" not in without:
        ended_by_zoom = _deauthorized_account(rng, settings[0])
    for n in range(1, len(BATCH_TIMES)):
        keeps = ended_by_zoom is not None
        settings.append(changed(setter, settings[-1], n, keeps_zoom_users=keeps))
    posted = []
    for happening in told:
        is_of_user = happening.body["event"].startswith("user.")
        may_be_late = not is_of_user or "late-user-events" not in without
        posted += _post(rng, happening, may_be_late=may_be_late, is_wild=is_wild)
    if ended_by_zoom:
        posted += _post_deauthorization(rng, ended_by_zoom, settings, setter)
    for bad in unusable(rng, cast):
        posted += _post_unusable(rng, bad)
    return _world(settings, posted)


def rearranged(world: World, seed: int) -> World:
    """The same deliveries in another order, split into other batches, some of them repeated."""
    rng = random.Random(seed)  # noqa: S311 - made-up data, no secret
    posted = []
    for n, batch in enumerate(world.batches):
        for delivery in batch.deliveries:
            # What ends a connection also ends its imports, so that stays in its batch.
            stays = b"app_deauthorized" in delivery.body
            posted.append(Posted(n if stays else rng.randrange(len(world.batches)), delivery))
            if rng.random() < 0.2 and not stays:
                posted.append(Posted(rng.randrange(len(world.batches)), delivery))
    rng.shuffle(posted)
    return _world([batch.settings for batch in world.batches], posted)


def _world(settings: Sequence[Settings], posted: Sequence[Posted]) -> World:
    batches = tuple(
        Batch(as_of, settings[n], tuple(post.delivery for post in posted if post.batch == n))
        for n, as_of in enumerate(BATCH_TIMES)
    )
    return World(CLIENT_ID, batches)


def _story(
    rng: random.Random, cast: Cast, *, without: Collection[str]
) -> tuple[list[Told], list[datetime]]:
    told, ends = [], []
    for number in range(rng.randint(2, 9)):
        # Some days begin close to midnight.
        starts_at = BASE + timedelta(days=rng.randint(0, 4), hours=rng.choice([8, 10, 15, 23]))
        starts_at += timedelta(seconds=rng.randrange(3600))
        account = rng.choice(list(cast.accounts))
        if rng.random() < 0.4 and "calls" not in without:
            may_disagree = "disagreeing-calls" not in without
            events, ended_at = make_call(
                rng, cast, account, number=number, starts_at=starts_at, may_disagree=may_disagree
            )
        else:
            events, ended_at = make_session(rng, cast, account, number=number, starts_at=starts_at)
        told += events
        ends.append(ended_at)
    return told + user_events(rng, cast, ends, without=without), ends


def _post(rng: random.Random, told: Told, *, may_be_late: bool, is_wild: bool) -> list[Posted]:
    """Delivered once or more often, soon or much later; not always word for word."""
    if rng.random() < 0.05:
        told = at_the_root(told)
    first = batch_of(told.at)
    late = (
        first if rng.random() < 0.8 or not may_be_late else rng.randrange(first, len(BATCH_TIMES))
    )
    posted = [_posted(rng, told, late)]
    variant = _variant(rng, told) if rng.random() < 0.06 else None
    if is_wild and rng.random() < 0.3:
        variant = _wild_variant(rng, told)
    for _ in range(rng.choice([0, 0, 0, 0, 1, 2])):
        again = copy.deepcopy(told)
        if variant and rng.random() < 0.7:
            again = variant
        if told.is_timed_by_itself and rng.random() < 0.5:
            again.body["event_ts"] = again.body.get("event_ts", 0) + 60_000
        posted.append(_posted(rng, again, rng.randrange(late, len(BATCH_TIMES))))
    return posted


def _posted(rng: random.Random, told: Told, batch: int) -> Posted:
    """Arrived after it happened, as a rule, and before the batch that finds it."""
    at, until = told.at + timedelta(seconds=1, milliseconds=300), BATCH_TIMES[batch]
    if batch and at < BATCH_TIMES[batch - 1]:
        at = BATCH_TIMES[batch - 1] + timedelta(milliseconds=300)
    if rng.random() < 0.3 and at < until:
        at += timedelta(seconds=rng.randrange(int((until - at).total_seconds()) + 1))
    return Posted(batch, Delivery(to_bytes(rng, told.body), at))


def _variant(rng: random.Random, told: Told) -> Told | None:
    """Another telling of the same event, with one text that differs."""
    body = copy.deepcopy(told.body)
    about: dict[str, Any] = body["payload"].get("object", {})
    part = about.get("participant", {})
    places = [(about, "topic"), (part, "user_name"), (part, "registrant_id")]
    places = [(place, name) for place, name in places if isinstance(place.get(name), str)]
    places = [(place, name) for place, name in places if place[name]]
    if not places:
        return None
    place, name = rng.choice(places)
    place[name] += "~again"
    return replace(told, body=body)


def _wild_variant(rng: random.Random, told: Told) -> Told:
    """Another telling that differs in anything but the event's identity."""
    body = copy.deepcopy(told.body)
    about: dict[str, Any] = body["payload"].get("object", {})
    part = about.get("participant", {})
    values = (None, "", "another", "Another@Acme.Test", 3, "7")
    for place, names in ((about, OPEN_FIELDS), (part, OPEN_FIELDS_OF_PARTICIPANTS)):
        for name in names:
            if name in place and rng.random() < 0.4:
                place[name] = rng.choice(values)
    return replace(told, body=body)


def _deauthorized_account(rng: random.Random, settings: Settings) -> str | None:
    live = [c.zoom_account_id for c in settings.connections if c.disconnected_at is None]
    return rng.choice(live) if live and rng.random() < 0.15 else None


def _post_deauthorization(
    rng: random.Random, account: str, settings: Sequence[Settings], setter: Setter
) -> list[Posted]:
    at = max(setter.edge(), BASE)
    told = deauthorization(rng, account, at=at, is_ours=rng.random() < 0.7)
    return [_posted(rng, told, rng.randrange(max(1, batch_of(at)), len(settings)))]


def _post_unusable(rng: random.Random, bad: Told | bytes) -> list[Posted]:
    if isinstance(bad, Told):
        return [_posted(rng, bad, batch_of(bad.at)) for _ in range(rng.randint(1, 2))]
    return [Posted(rng.randrange(len(BATCH_TIMES)), Delivery(bad, BASE + timedelta(seconds=DAY)))]
