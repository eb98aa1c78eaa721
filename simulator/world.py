"""The state of a running Zoom simulator: accounts, grants, planned failures, calls."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.app import App
from simulator.attempts import Attempt
from simulator.company import Company
from simulator.directory import RestUser, rest_phone_users, rest_users
from simulator.failures import Failures
from simulator.grants import Grants
from simulator.history import History
from simulator.limits import BUSINESS, Limits

SCOPES = " ".join(
    (
        "user:read:list_users:admin",
        "user:read:user:admin",
        "phone:read:list_users:admin",
        "meeting:read:meeting:admin",
        "meeting:read:participant:admin",
        "webinar:read:webinar:admin",
        "webinar:read:participant:admin",
        "phone:read:call_log:admin",
        "report:read:user:admin",
        "meeting:read:past_meeting:admin",
        "meeting:read:list_past_participants:admin",
        "webinar:read:list_past_participants:admin",
        "phone:read:list_call_logs:admin",
    )
)


@dataclass(slots=True)
class Account:
    """`users` and `phone_users` are in REST format; tests change them while the server runs.

    `missing_scopes` are taken away from what was consented to, now and later.
    """

    company: Company
    users: list[RestUser]
    phone_users: list[RestUser]
    plan: str = BUSINESS
    has_webinars: bool = True
    has_phone: bool = True
    missing_scopes: set[str] = field(default_factory=set)

    @property
    def id(self) -> str:
        return self.company.account_id


@dataclass(slots=True)
class NextAuthorization:
    """The account and user who approve when the product sends a browser to the consent page, and
    the scopes. Without a user it is the account's owner, without a scope all scopes.
    """

    account_id: str
    denies: bool = False
    user_id: str | None = None
    scope: str | None = None


@dataclass(slots=True)
class World:
    """`asks_for_consent`: the consent page asks the visitor, instead of `authorization`. Tokens are
    kept in `state_file`, if there is one.
    """

    client_id: str
    client_secret: str
    accounts: dict[str, Account]
    grants: Grants
    now: Callable[[], float]
    authorization: NextAuthorization
    failures: Failures = field(default_factory=Failures)
    limits: Limits = field(default_factory=Limits)
    history: History = field(default_factory=History)
    app: App = field(default_factory=App)
    calls: list[dict[str, Any]] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    asks_for_consent: bool = False
    state_file: Path | None = None

    def forget(self) -> None:
        """Forget what happened and what was planned; tokens, users and consent stay."""
        self.failures.clear()
        self.history.clear()
        self.attempts.clear()
        self.limits.clear()
        self.app = App()
        self.give_everything()

    def give_everything(self) -> None:
        """Give all accounts every plan and scope."""
        for account in self.accounts.values():
            account.plan, account.has_webinars = BUSINESS, True
            account.has_phone = account.company.has_phone
            account.missing_scopes = set()

    def keep_grants(self) -> None:
        if self.state_file is not None:
            self.state_file.write_text(self.grants.as_json())


def make_world(
    companies: Sequence[Company],
    *,
    client_id: str,
    client_secret: str,
    now: Callable[[], float] = time.time,
    asks_for_consent: bool = False,
    state_file: Path | None = None,
) -> World:
    """A Zoom with these companies' accounts; the first one approves authorizations by default."""
    grants = Grants(now=now)
    if state_file is not None and state_file.exists():
        grants.read_json(state_file.read_text())
    accounts = {
        company.account_id: Account(
            company, rest_users(company), rest_phone_users(company), has_phone=company.has_phone
        )
        for company in companies
    }
    return World(
        client_id=client_id,
        client_secret=client_secret,
        accounts=accounts,
        grants=grants,
        now=now,
        authorization=NextAuthorization(companies[0].account_id),
        asks_for_consent=asks_for_consent,
        state_file=state_file,
    )
