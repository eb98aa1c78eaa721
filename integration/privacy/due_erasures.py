"""Erasures with a date: of accounts that removed the app, and of people who asked for erasure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg

from integration.privacy.account import accounts_due
from integration.privacy.erasure_requests import ErasureRequest, requests_due

# The erasure of an account starts within ten minutes of its date and takes as long as a batch.
ERASED_WITHIN = timedelta(hours=1)
SOON = timedelta(hours=48)


@dataclass(frozen=True)
class DueErasures:
    """`accounts` will be erased soon, and `overdue_accounts` should have been erased already.
    `requests` are people's requests that are due soon or overdue.
    """

    accounts: list[str]
    overdue_accounts: list[str]
    requests: list[ErasureRequest]

    def soon(self, *, now: datetime) -> Mapping[str, int]:
        """How many of each kind are due within 48 hours and not overdue."""
        return {
            "account": len(self.accounts),
            "person": sum(one.due_at > now for one in self.requests),
        }

    def overdue(self, *, now: datetime) -> Mapping[str, int]:
        return {
            "account": len(self.overdue_accounts),
            "person": sum(one.due_at <= now for one in self.requests),
        }


def due_erasures(connection: psycopg.Connection, *, now: datetime) -> DueErasures:
    overdue = accounts_due(connection, now=now - ERASED_WITHIN)
    return DueErasures(
        [one for one in accounts_due(connection, now=now + SOON) if one not in overdue],
        overdue,
        requests_due(connection, before=now + SOON),
    )
