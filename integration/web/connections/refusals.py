"""Explains why an authorization did not result in a connection, and what to do."""

from collections.abc import Sequence

from integration.connections.connecting import AccountTaken
from integration.web.page.refusals import SERVICES, Refusal
from integration.zoom.errors import TransientZoomError, ZoomError

TITLE = "Zoom was not connected"


def declined() -> Refusal:
    return Refusal(
        403,
        title=TITLE,
        text="The request was declined in Zoom. Nothing was changed.",
        next_step=(
            "Connect again and choose Allow. If Zoom does not offer it, a Zoom admin must first "
            "approve the app in the Zoom Marketplace."
        ),
        link=SERVICES,
    )


def stale() -> Refusal:
    return Refusal(
        400,
        title=TITLE,
        text=(
            "This request has expired, was already used, or was started in a different browser or "
            "sign-in."
        ),
        next_step="Select Connect Zoom on the Services page to start again.",
        link=SERVICES,
    )


def from_another_site() -> Refusal:
    return Refusal(
        403,
        title=TITLE,
        text="You came here from another site. You can connect Zoom only from WorkSights.",
        next_step="Select Connect Zoom on the Services page.",
        link=SERVICES,
    )


def scopes_missing(scopes: Sequence[str]) -> Refusal:
    return Refusal(
        403,
        title=TITLE,
        text=f"These permissions are missing: {', '.join(scopes)}.",
        next_step=(
            "Connect again and keep all permissions selected. If one is not listed, add it to the "
            "app in the Zoom Marketplace first."
        ),
        link=SERVICES,
    )


def not_permitted() -> Refusal:
    return Refusal(
        403,
        title=TITLE,
        text=(
            "The person who approved access in Zoom is not the owner or an admin of the account."
        ),
        next_step=(
            "Sign in to Zoom as the owner, or as an admin who can view users, and connect again."
        ),
        link=SERVICES,
    )


def account_taken(error: AccountTaken) -> Refusal:
    return Refusal(
        409,
        title=TITLE,
        text=str(error),
        next_step="To connect a different Zoom account, sign in to it in Zoom and connect again.",
        link=SERVICES,
    )


def zoom_rejected(error: ZoomError) -> Refusal:
    if error.code == "invalid_grant":  # the code was used, or is older than five minutes
        return stale()
    if isinstance(error, TransientZoomError):
        return Refusal(
            502,
            title=TITLE,
            text=error.reason,
            next_step="Try again in a few minutes.",
            link=SERVICES,
        )
    return Refusal(502, title=TITLE, text=error.reason, next_step=error.next_step, link=SERVICES)
