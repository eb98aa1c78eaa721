"""What arrives and can name a person: deliveries that are landed, before anything is stored."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from integration.zoom.events import Event
from integration.zoom.parties import parties_of


@dataclass(frozen=True)
class Arrival:
    """The parts of a delivery that can name a person: its events, and its body if it is kept."""

    organization_id: str
    events: tuple[Event, ...] = ()
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class RedactedArrival:
    """The events with erased people redacted. With `is_discarded`, the delivery is only about an
    erased person; with `is_dropped`, only about sessions that are never stored; with
    `names_erased_person`, its body names one, or may name somebody who is never stored.
    """

    events: tuple[Event, ...]
    is_discarded: bool = False
    is_dropped: bool = False
    names_erased_person: bool = False


def numbered_events(arrivals: Sequence[Arrival]) -> Iterator[tuple[int, tuple[int, Event]]]:
    """(index of the arrival, (number of the event in it, the event))."""
    for place, arrival in enumerate(arrivals):
        for numbered in enumerate(arrival.events):
            yield place, numbered


def texts_with_addresses(arrivals: Iterable[Arrival]) -> Iterator[str]:
    """The emails and names of all people, because a name may be an address."""
    for arrival in arrivals:
        for event in arrival.events:
            for party in parties_of(event.event, event.fields):
                yield from filter(None, (party.get("email"), party.get("name")))
