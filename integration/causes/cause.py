"""What a cause is, and the words for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from integration.dates import DAY_FIRST, DateStyle
from integration.directory.rights import Right

# `admin`: people of an organization can act on it. `operator`: the team that runs WorkSights.
Audience = Literal["admin", "operator"]


@dataclass(frozen=True)
class OpenCause:
    """A cause that is open now. `subject` is the id of what it is about, "" if that is the whole
    organization; `since` is None if nothing says when it started. `facts` are for the words.
    """

    name: str
    subject: str = ""
    since: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """The page on which the next step is taken, and the right that it requires."""

    label: str
    path: str
    right: Right


@dataclass(frozen=True)
class Words:
    """`text` says what it is and what to do, `lost` what is lost until then."""

    title: str
    text: str
    lost: str
    step: Step | None = None


@dataclass(frozen=True)
class Reader:
    """Whom the words are for. `webhooks` is the address to which Zoom has to send."""

    sees_counts: bool
    webhooks: str
    dates: DateStyle = DAY_FIRST


@dataclass(frozen=True)
class Cause:
    """`holds`: for how long it must be open before somebody is notified."""

    audience: Audience
    holds: timedelta
    words: Callable[[OpenCause, Reader], Words]
