"""The receiver as a part of the app. It needs a webhook secret and a database login, no keys."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from starlette.routing import Route

from integration.database.address import next_steps
from integration.settings import PLACEHOLDER, Settings, SettingsError
from integration.web.metrics.registry import new_registry
from integration.web.part import Part
from integration.web.readiness import Readiness
from integration.web.receiver.deliveries import (
    can_commit,
    receiver_pool,
    try_to_store,
    with_connection,
)
from integration.web.receiver.endpoint import receive
from integration.web.receiver.metrics import new_metrics
from integration.web.receiver.validations import Validations
from integration.zoom.signature import WebhookSecret


def receiver_part(settings: Settings, url: str) -> Part:
    """Raises SettingsError without a usable webhook secret."""
    webhook_secrets = _live_secrets(settings)

    @asynccontextmanager
    async def run() -> AsyncIterator[dict[str, Any]]:
        metrics = new_metrics(new_registry(settings.home))
        async with receiver_pool(url) as pool:  # does not wait for a connection
            yield {
                "pool": pool,
                "webhook_secrets": webhook_secrets,
                "validations": Validations(pool),
                "metrics": metrics,
                "registry": metrics.registry,
                "readiness": Readiness(
                    partial(with_connection, pool, can_commit),
                    f"Deliveries cannot be stored. {next_steps(url, 'free space on its disk')}\n",
                    try_to_store=partial(with_connection, pool, try_to_store),
                ),
            }

    return Part([Route("/webhooks/zoom", receive, methods=["POST"])], run)


def _live_secrets(settings: Settings) -> tuple[WebhookSecret, ...]:
    accounts: dict[str, list[str | None]] = {}
    for token, account in settings.webhook_secrets:
        accounts.setdefault(token, []).append(account)
    if not accounts or PLACEHOLDER in accounts:
        raise SettingsError(
            "ZOOM_WEBHOOK_SECRET_TOKEN is missing or still a placeholder. Set it to the Zoom "
            "app's secret token; separate several with commas."
        )
    return tuple(
        WebhookSecret(token, None if None in own else frozenset(filter(None, own)))
        for token, own in accounts.items()
    )
