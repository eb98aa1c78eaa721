"""Times and texts that fit no session and no person. Zoom may send them; they must do no harm."""

from datetime import datetime, timedelta
from typing import Any

from tests.laws.worlds.dice import Dice
from tests.laws.worlds.wire import Body, iso

LONGEST = timedelta(days=31)
SECOND = timedelta(seconds=1)
ABSURD = ("0001-01-01T00:00:00Z", "1900-01-01T00:00:00Z", "1970-01-01T00:00:00Z")
JUST_TOO_EARLY = "2010-12-31T23:59:59Z"
WIDE = "\N{CJK UNIFIED IDEOGRAPH-20000}"  # four bytes
# Field of a participant -> its maximum number of bytes. user_id belongs to the subject instead.
LIMITS = {
    "email": 320,
    "user_name": 400,
    "participant_uuid": 128,
    "registrant_id": 128,
    "customer_key": 128,
}
TOPICS = (WIDE * 250, "a" + WIDE * 250, "b" * 1001)


def distant_start(dice: Dice, end: datetime) -> str:
    """A start at the limit of a session's length, or an absurd one."""
    times = [end - LONGEST, end - LONGEST - SECOND, end - timedelta(days=40)]
    return iso(dice.choice(times)) if dice.luck(0.7) else dice.choice([*ABSURD, JUST_TOO_EARLY])


def long_ago(dice: Dice, at: datetime) -> datetime:
    """A time within the 31 days before a session, or further back."""
    return at - timedelta(days=dice.choice([3, 20, 32, 45]))


def with_extreme_text(dice: Dice, part: Body) -> Body:
    """One of its texts has exactly the maximum number of bytes, or one more."""
    field = dice.choice(list(LIMITS))
    return {**part, field: text_of(LIMITS[field] + dice.choice([0, 1]))}


def text_of(byte_count: int) -> str:
    return WIDE * (byte_count // 4) + "x" * (byte_count % 4)


def too_long() -> Any:
    return text_of(129)
