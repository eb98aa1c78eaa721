"""Deliveries that tell of several calls at once: a page of somebody's log."""

from collections.abc import Sequence
from typing import Any

from tests.laws.worlds.call_events import ARRAYS
from tests.laws.worlds.dice import Dice
from tests.laws.worlds.wire import Body, Told, with_object


def together(dice: Dice, told: Sequence[Told]) -> list[Told]:
    """Some records of one person's log come in one delivery, and some of these alone as well."""
    found: list[Told] = []
    pages: dict[Any, Told] = {}
    for one in told:
        name, about = one.body["event"], one.body["payload"]["object"]
        array = next((array for array in ARRAYS if array in about), None)
        if array is None:
            found.append(one)
            continue
        log = (one.body["payload"]["account_id"], name, about["user_id"])
        if log not in pages or dice.luck(0.2):
            pages.setdefault(log, one)
            found.append(one)
            continue
        page = pages[log]
        if dice.luck(0.5):
            found.append(one)
        if dice.luck(0.3):
            found.append(Told(page.at, page.body))
        _add(page, about, array)
        page.at = max(page.at, one.at)
    return found


def _add(page: Told, about: Body, array: str) -> None:
    records = page.body["payload"]["object"][array]
    page.body = with_object(page.body, {array: [*records, *about[array]]})
