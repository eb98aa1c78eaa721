"""Decides a delivery's first disposition and its reason."""

from dataclasses import dataclass

from integration.zoom.envelope import Envelope
from integration.zoom.kept_events import NOT_KEPT


@dataclass(frozen=True)
class Verdict:
    """The ledger's columns for a new delivery."""

    event: str | None
    zoom_account_id: str | None
    disposition: str
    reason: str | None

    @property
    def keeps_body(self) -> bool:
        return self.disposition == "waiting"


def judge(envelope: Envelope) -> Verdict:
    """`quarantined` if unreadable, `ignored` if the event is not kept, else `waiting`."""
    event, account = envelope.event or None, envelope.zoom_account_id
    if envelope.problem:
        return Verdict(event, account, "quarantined", envelope.problem)
    if not envelope.is_kept:
        return Verdict(event, account, "ignored", NOT_KEPT)
    return Verdict(event, account, "waiting", None)
