"""Firms that change a setting before anything arrives, or after everything has: in the end, both
have the same.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from tests.pipeline.events import Body
from tests.pipeline.installation import Installation


def firms_of(settings: Iterable[str]) -> dict[str, str]:
    """Firm -> its setting: `early-topics` and `late-topics` for `topics`."""
    return {f"{when}-{name}": name for name in settings for when in ("early", "late")}


def account_of(firm: str) -> str:
    return f"Account-of-{firm}-00000"


def connect(
    installation: Installation, firm: str, users: Mapping[str, str], *, at: datetime
) -> None:
    """Connects the firm's account. `users`: name -> email; each is mapped to `zu-` and the name."""
    emails = {f"{name}-{firm}": email for name, email in users.items()}
    installation.organization(firm, account=account_of(firm), users=emails)
    for name in users:
        installation.execute(
            "insert into integration.mapping_changes "
            "(zoom_account_id, zoom_user_id, user_id, effective_from) values (%s, %s, %s, %s)",
            [account_of(firm), f"zu-{name}", f"{name}-{firm}", at],
        )


def play(
    installation: Installation,
    firms: Mapping[str, str],
    *,
    change: Callable[[str, str], None],
    everything: Callable[[str], list[Body]],
    batches: int,
    start: datetime,
) -> None:
    """Each firm's events arrive in two batches; `change` makes its setting apply in the first one
    or in the third.
    """
    for number in range(batches):
        at = start + timedelta(hours=number)
        for firm, name in firms.items():
            if number == (0 if firm.startswith("early") else 2):
                change(firm, name)
            if number < 2:
                installation.deliver(*everything(firm)[number::2], at=at)
        installation.batch(now=at)
