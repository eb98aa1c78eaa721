"""Deliveries that report several calls at once: a page of a person's log."""

from collections.abc import Sequence
from typing import Any

from tests.laws.worlds.call_events import ARRAYS
from tests.laws.worlds.dice import Dice
from tests.laws.worlds.wire import Body, Report, with_object


def together(dice: Dice, reports: Sequence[Report]) -> list[Report]:
    """Puts some records of one person's log into one delivery, and some of these also into another
    one. Some records cannot be read, and some deliveries have too many.
    """
    found: list[Report] = []
    pages: dict[Any, Report] = {}
    for one in reports:
        name, about = one.body["event"], one.body["payload"]["object"]
        array = next((array for array in ARRAYS if array in about), None)
        if array is None:
            found.append(one)
            continue
        if dice.luck(0.04):
            found.append(_with_records(one, about[array] * 501))
        log = (one.body["payload"]["account_id"], name, about["user_id"])
        if log not in pages or dice.luck(0.2):
            pages.setdefault(log, one)
            found.append(one)
            continue
        page = pages[log]
        if dice.luck(0.5):
            found.append(one)
        if dice.luck(0.3):
            found.append(Report(page.at, page.body))
        records = page.body["payload"]["object"][array]
        spoiled = [_spoiled(dice, about[array][0])] if dice.luck(0.3) else []
        page.body = _with_records(page, [*spoiled, *records, *about[array]]).body
        page.at = max(page.at, one.at)
    return found


def _with_records(report: Report, records: list[Body]) -> Report:
    about = report.body["payload"]["object"]
    array = next(array for array in ARRAYS if array in about)
    return Report(report.at, with_object(report.body, {array: records}))


def _spoiled(dice: Dice, record: Body) -> Body:
    """A record that cannot be read."""
    no_time = {name: None for name in ("date_time", "start_time", "end_time") if name in record}
    no_end = {"end_time": "", "duration": None}
    no_id = {"id": "", "call_element_id": None}
    return record | dice.choice([no_time, no_end, {"call_id": ""}, no_id])
