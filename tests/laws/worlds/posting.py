"""How events are delivered: once or more often, early or late, word for word or not."""

import copy
from dataclasses import dataclass, replace
from datetime import timedelta

from tests.laws.reference.world import Delivery
from tests.laws.worlds.dice import Dice
from tests.laws.worlds.people import BATCH_TIMES, LAST
from tests.laws.worlds.wire import Body, Report, to_bytes

# What is not part of an event's identity.
OPEN_FIELDS = ("topic", "host_id", "type", "id", "email", "display_name")
OPEN_FIELDS_OF_PARTICIPANTS = (
    "user_name",
    "participant_user_id",
    "id",
    "email",
    "registrant_id",
    "customer_key",
    "leave_reason",
    "bind_user_id",
)
OPEN_FIELDS_OF_RECORDS = ("caller_name", "callee_name", "callee_did_number", "result")


@dataclass(frozen=True)
class Posted:
    """A delivery, the batch that finds it, and what it reports, if that can be reported again."""

    batch: int
    delivery: Delivery
    report: Report | None = None


def post(dice: Dice, report: Report, *, is_wild: bool) -> list[Posted]:
    """In a wild world, the reports of one event differ in several fields at once."""
    if dice.luck(0.05):
        report = _at_the_root(report)
    if report.arrives_at:
        batch = next(n for n, as_of in enumerate(BATCH_TIMES) if report.arrives_at <= as_of)
        return [Posted(batch, Delivery(to_bytes(dice, report.body), report.arrives_at), report)]
    first = report.first_batch
    if dice.luck(0.2):
        first = dice.number(first, LAST)
    posted = [post_once(dice, report, first)]
    variant = _variant(dice, report) if dice.luck(0.06) else None
    if is_wild and dice.luck(0.3):
        variant = _wild_variant(dice, report)
    for _ in range(dice.choice([0, 0, 0, 0, 1, 2])):
        other = variant if variant and dice.luck(0.7) else report
        posted.append(post_once(dice, _later(dice, other), dice.number(first, LAST)))
    return posted


def post_once(dice: Dice, report: Report, batch: int) -> Posted:
    """Usually arrives after it happened, and before the batch that finds it."""
    at, until = report.at + timedelta(seconds=1, milliseconds=300), BATCH_TIMES[batch]
    if batch and at < BATCH_TIMES[batch - 1]:
        at = BATCH_TIMES[batch - 1] + timedelta(milliseconds=300)
    if dice.luck(0.3) and at < until:
        at += timedelta(seconds=dice.number(0, int((until - at).total_seconds())))
    return Posted(batch, Delivery(to_bytes(dice, report.body), at), report)


def post_again(dice: Dice, posted: Posted, batch: int) -> Posted:
    """The same event a little later, in other bytes and with another `event_ts`."""
    at = posted.delivery.received_at + timedelta(seconds=dice.number(0, 3600))
    body = posted.delivery.body
    if posted.report:
        body = to_bytes(dice, _later(dice, posted.report).body)
    return Posted(batch, Delivery(body, at), posted.report)


def _later(dice: Dice, report: Report) -> Report:
    if not report.event_ts_may_differ or dice.luck(0.5):
        return report
    event_ts = report.body.get("event_ts", 0) + 60_000
    return replace(report, body={**report.body, "event_ts": event_ts})


def _at_the_root(report: Report) -> Report:
    """Some of Zoom's events have the account next to the payload, not in it."""
    body = {**report.body, "payload": dict(report.body["payload"])}
    body["account_id"] = body["payload"].pop("account_id")
    return replace(report, body=body)


def _variant(dice: Dice, report: Report) -> Report | None:
    """Another report of the same event, with one text that differs."""
    body = copy.deepcopy(report.body)
    about, part, _ = _places(body)
    places = [(about, "topic"), (part, "user_name"), (part, "registrant_id")]
    places = [(place, name) for place, name in places if isinstance(place.get(name), str)]
    places = [(place, name) for place, name in places if place[name]]
    if not places:
        return None
    place, name = dice.choice(places)
    place[name] += "~again"
    return replace(report, body=body)


def _wild_variant(dice: Dice, report: Report) -> Report:
    """Another report that differs in anything except the event's identity."""
    body = copy.deepcopy(report.body)
    about, part, records = _places(body)
    values = (None, "", "another", "Another@Acme.Test", 3, "7")
    places = [(about, OPEN_FIELDS), (part, OPEN_FIELDS_OF_PARTICIPANTS)]
    places += [(record, OPEN_FIELDS_OF_RECORDS) for record in records]
    for place, names in places:
        for name in names:
            if name in place and dice.luck(0.4):
                place[name] = dice.choice(values)
    return replace(report, body=body)


def _places(body: Body) -> tuple[Body, Body, list[Body]]:
    """The object of an event, its participant and its records."""
    about = body["payload"].get("object", {})
    records = [*about.get("call_logs", []), *about.get("call_elements", [])]
    return about, about.get("participant", {}), records
