"""What becomes of a delivery when it arrives, and with what reason."""

from dataclasses import dataclass

from integration.zoom.envelope import Envelope
from integration.zoom.kept_events import NOT_KEPT


@dataclass(frozen=True)
class Verdict:
    """What becomes of a delivery, and what the ledger says about it."""

    event: str | None
    zoom_account_id: str | None
    disposition: str
    reason: str | None

    @property
    def keeps_body(self) -> bool:
        return self.disposition == "waiting"


def judge(envelope: Envelope) -> Verdict:
    """Whether a batch is to look at it: unreadable, an event that is not kept, or waiting."""
    event, account = envelope.event or None, envelope.zoom_account_id
    if envelope.problem:
        return Verdict(event, account, "quarantined", envelope.problem)
    if not envelope.is_kept:
        return Verdict(event, account, "ignored", NOT_KEPT)
    return Verdict(event, account, "waiting", None)
