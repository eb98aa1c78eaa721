"""Which people a change for several people applies to (those who were ticked, or all that the list
finds), and which of them are skipped.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg

from integration.web.features.saving import Switch
from integration.web.features.subscribers import (
    SHOWN,
    everybody_found,
    users_with_ids,
)
from integration.web.features.switches import standings_of
from integration.web.page.listing import SEARCH_LIMIT
from integration.zoom.features import FEATURES

EVERY_FEATURE = "all"
FEATURES_ASKED = {EVERY_FEATURE: (*FEATURES,), **{one: (one,) for one in FEATURES}}
MOST_TICKED = 1000  # they are in the address of the preview


@dataclass(frozen=True)
class ManyAsked:
    """The fields of the form for several people, as they were entered."""

    feature: str = ""
    since: str = ""
    is_everybody: bool = False
    ticked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Selection:
    """`user_ids` were ticked; with `is_everybody`, all people that the list finds are meant.
    `seen_at` is when the viewer saw the list.
    """

    features: tuple[str, ...]
    user_ids: tuple[str, ...]
    is_everybody: bool
    search: str
    show: str
    seen_at: datetime

    @property
    def fields(self) -> dict[str, str | Sequence[str]]:
        """The fields of a form with the same selection."""
        whom: dict[str, str | Sequence[str]] = {"user": self.user_ids}
        if self.is_everybody:
            whom = {"everybody": "yes", "q": self.search, "show": self.show}
        feature = self.features[0] if len(self.features) == 1 else EVERY_FEATURE
        return {"feature": feature, "seen": self.seen_at.isoformat(), **whom}


def selection_of(
    read: Callable[[str], str], ticked: Sequence[str], *, now: datetime
) -> Selection | None:
    """The selection in a query or a form; None if it has no feature, or nobody."""
    feature, show, is_everybody = read("feature"), read("show"), read("everybody") == "yes"
    if feature not in FEATURES_ASKED or not (ticked or is_everybody):
        return None
    return Selection(
        features=FEATURES_ASKED[feature],
        user_ids=() if is_everybody else (*dict.fromkeys(ticked),),
        is_everybody=is_everybody,
        search=read("q")[:SEARCH_LIMIT] if is_everybody else "",
        show=show if is_everybody and show in SHOWN else "all",
        seen_at=_moment(read("seen"), now=now),
    )


def _moment(written: str, *, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return now
    return moment if moment.tzinfo else now


@dataclass(frozen=True)
class Plan:
    """What a change for several people does: `to_switch` are the features to switch of each of
    them, in the order of their IDs. Some of them have no Zoom user yet. The others are counted by
    the reason why they are skipped.
    """

    to_switch: dict[str, list[str]]
    without_zoom_user: int
    already: int
    since: int
    gone: int

    @property
    def user_ids(self) -> list[str]:
        return [*self.to_switch]

    @property
    def features(self) -> set[str]:
        return {feature for features in self.to_switch.values() for feature in features}

    @property
    def switches(self) -> list[Switch]:
        return [
            Switch(user_id, feature)
            for user_id, features in self.to_switch.items()
            for feature in features
        ]


def plan_of(
    connection: psycopg.Connection,
    selection: Selection,
    *,
    organization_id: str,
    is_on: bool,
    span: tuple[datetime, datetime],
    viewer_id: str,
) -> Plan:
    """Whoever has a feature that somebody else has switched since the viewer saw the list is left
    alone, and whoever has nothing to switch.
    """
    if selection.is_everybody:
        chosen = everybody_found(
            connection,
            organization_id=organization_id,
            search=selection.search,
            show=selection.show,
        )
    else:
        chosen = users_with_ids(connection, selection.user_ids, organization_id=organization_id)
    standings = standings_of(
        connection,
        [one.user_id for one in chosen],
        selection.features,
        organization_id=organization_id,
        is_on=is_on,
        span=span,
        seen_at=selection.seen_at,
        viewer_id=viewer_id,
    )
    to_switch = {
        user_id: one.to_switch
        for user_id, one in standings.items()
        if one.to_switch and not one.is_changed_since
    }
    since = sum(one.is_changed_since for one in standings.values())
    return Plan(
        to_switch,
        without_zoom_user=sum(not one.is_mapped for one in chosen if one.user_id in to_switch),
        already=len(chosen) - len(to_switch) - since,
        since=since,
        gone=max(0, len(selection.user_ids) - len(chosen)),
    )
