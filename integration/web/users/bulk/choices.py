"""What somebody chose for many Zoom users, and how a form carries it from the preview to the save.

A few thousand choices are more fields than a form may have, so they are one compressed field.
"""

import binascii
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from integration.web.page.form_body import FORM_LIMIT
from integration.web.page.refusals import bad_form

NOBODY, BY_EMAIL = "nobody", "by-email"
MOST_CHOICES = 5000
_MOST_BYTES = MOST_CHOICES * 300  # two ids of at most 128 bytes, and what is between them
_ROOM_FOR_OTHERS = 1 << 14  # for the other fields of the form


@dataclass(frozen=True)
class Choice:
    """`to` is a WorkSights user's id, NOBODY or BY_EMAIL. `problem` says why nothing can be saved:
    then `to` is empty.
    """

    zoom_user_id: str
    to: str
    problem: str = ""


def encoded(choices: Sequence[Choice]) -> str:
    lines = "\n".join(f"{one.zoom_user_id}\t{one.to}\t{one.problem}" for one in choices)
    return urlsafe_b64encode(zlib.compress(lines.encode(), 9)).decode()


def fits(choices: Sequence[Choice]) -> bool:
    """Whether one form can carry them."""
    is_few = len(choices) <= MOST_CHOICES
    return is_few and len(encoded(choices)) <= FORM_LIMIT - _ROOM_FOR_OTHERS


def decoded(text: str) -> list[Choice]:
    try:
        packed = zlib.decompressobj()
        lines = packed.decompress(urlsafe_b64decode(text), _MOST_BYTES).decode()
        if packed.unconsumed_tail:
            raise ValueError("too long")
        return [Choice(*line.split("\t")) for line in lines.split("\n")] if lines else []
    except (binascii.Error, zlib.error, ValueError, TypeError) as error:
        raise bad_form("The form is incomplete. Nothing was changed.") from error
