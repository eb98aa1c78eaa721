"""What `status` and `connect` say about the secret tokens of webhooks, and which Zoom accounts they
are valid for.
"""

from integration.quantities import noun, quantity
from integration.settings import Settings


def bound_accounts(settings: Settings) -> list[str | None]:
    """The Zoom account of each secret token, None if it is valid for all; empty on a machine that
    is not the receiver's.
    """
    if not settings.get("ZOOM_WEBHOOK_SECRET_TOKEN"):
        return []
    return [account for _, account in settings.webhook_secrets]


def secrets_in_words(settings: Settings) -> str:
    accounts = bound_accounts(settings)
    if not accounts:
        return "not set here"
    free = accounts.count(None)
    bound = sorted(account for account in accounts if account)
    said = f"{quantity(free, 'secret token')} for all accounts"
    if not bound:
        return said
    each = noun(len(bound), "for one account", "for one account each")
    return f"{said}, {len(bound)} {each}: {', '.join(bound)}"
