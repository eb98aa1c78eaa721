"""`status --json`: the facts for programs. docs/operations/monitoring.md describes each field.

It has no names, email addresses or topics.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from integration.commands.status_facts import Facts
from integration.commands.status_problems import Problem
from integration.pipeline.status import Delay
from integration.zoom.scopes import Purpose, names_of

FORMAT = 1  # increased when a field changes its meaning or is removed, not when one is added


def as_json(facts: Facts, problems: Sequence[Problem]) -> str:
    state, erasures = facts.state, facts.state.erasures
    shown = {
        "format": FORMAT,
        "at": facts.at,
        "needs_attention": bool(problems),
        "problems": [asdict(one) for one in problems],
        "connections": [asdict(one) for one in facts.connections],
        "reported": [
            {
                "organization_id": one.organization_id,
                "zoom_account_id": one.zoom_account_id,
                "missing_events": one.lacks_events,
                "subscription_detail": one.subscription_detail,
                "subscription_read_at": one.subscription_read_at,
                "missing_permissions": names_of(one.lacks(Purpose.EVENTS)),
                "missing_permissions_for_healing": names_of(one.lacks(Purpose.HEALING)),
            }
            for one in facts.reported
        ],
        "last_batch": asdict(facts.last_batch) if facts.last_batch else None,
        "last_finished_at": state.batches.last_finished_at,
        "last_failed_at": state.batches.last_failed_at,
        "backlog": asdict(state.backlog),
        "next_batch": facts.reasons_for_batch,
        "delay_to_entry": _delay(facts.delay),
        "failed_runs_last_day": facts.failed_runs,
        "nightly_audit": asdict(state.audit),
        "webhook_secrets": {
            "for_all_accounts": facts.webhook_accounts.count(None),
            "for_one_account": sorted(one for one in facts.webhook_accounts if one),
        },
        "url_validated_at": state.url_validated_at,
        "daemon_seen_at": state.daemon_seen_at,
        "mail": asdict(facts.mails),
        "notifications": [asdict(one) for one in facts.channels],
        "not_derived": [asdict(one) for one in state.failures],
        "failed_sessions": [
            {
                "organization_id": one.organization_id,
                "session_id": one.session_id,
                "models": one.models,
                "errors": one.errors,
                "failed_at": one.failed_at,
            }
            for one in facts.failed_sessions
        ],
        "erasures": {
            "accounts_due_soon": erasures.accounts,
            "accounts_overdue": erasures.overdue_accounts,
            "requests": [
                {
                    "organization_id": one.organization_id,
                    "user_id": one.user_id,
                    "due_at": one.due_at,
                }
                for one in erasures.requests
            ],
        },
    }
    return json.dumps(shown, indent=2, default=_plain, ensure_ascii=False)


def _delay(delay: Delay | None) -> dict[str, Any] | None:
    """Without entries, all times are null."""
    return (
        None
        if delay is None
        else {
            "entries": delay.entries,
            "median_seconds": delay.median,
            "percentile_95_seconds": delay.percentile_95,
            "longest_seconds": delay.longest,
            "until_received_median_seconds": delay.until_received,
        }
    )


def _plain(value: object) -> str | float:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(type(value).__name__)
