"""Why an authorization did not end in a connection, and what to do about it."""

from collections.abc import Sequence

from integration.connections.connections import AccountTaken
from integration.web.page.refusals import SERVICES, Refusal
from integration.zoom.errors import TransientZoomError, ZoomError

TITLE = "Zoom was not connected"


def declined() -> Refusal:
    return Refusal(
        403,
        title=TITLE,
        text="The request was declined on Zoom's page. Nothing was changed.",
        next_step=(
            "Connect again and choose Allow. If Zoom offers no Allow, a Zoom admin has to approve "
            "the app in the Zoom Marketplace first."
        ),
        step=SERVICES,
    )


def stale() -> Refusal:
    return Refusal(
        400,
        title=TITLE,
        text=(
            "This answer of Zoom belongs to no authorization that was begun here in the last ten "
            "minutes in this sign-in, or it was used before."
        ),
        next_step="Start again with Connect Zoom on the Services page.",
        step=SERVICES,
    )


def from_another_site() -> Refusal:
    return Refusal(
        403,
        title=TITLE,
        text="Another site has sent you here. Connecting begins on our own page only.",
        next_step="Start with Connect Zoom on the Services page.",
        step=SERVICES,
    )


def scopes_missing(scopes: Sequence[str]) -> Refusal:
    return Refusal(
        403,
        title=TITLE,
        text=f"The permissions that were given lack: {', '.join(scopes)}.",
        next_step=(
            "Connect again and leave every permission switched on. If it is not among them, add it "
            "to the app in the Zoom Marketplace first."
        ),
        step=SERVICES,
    )


def not_permitted() -> Refusal:
    return Refusal(
        403,
        title=TITLE,
        text="The person who consented at Zoom is neither the owner nor an admin of that account.",
        next_step=(
            "Sign in to Zoom as its owner or as an admin who may view users, then connect again."
        ),
        step=SERVICES,
    )


def account_taken(error: AccountTaken) -> Refusal:
    return Refusal(
        409,
        title=TITLE,
        text=str(error),
        next_step=(
            "If you meant another Zoom account, sign in to that one at Zoom and connect again."
        ),
        step=SERVICES,
    )


def zoom_said_no(error: ZoomError) -> Refusal:
    if error.code == "invalid_grant":  # about a code: it was used, or is older than five minutes
        return stale()
    if isinstance(error, TransientZoomError):
        return Refusal(
            502,
            title=TITLE,
            text=error.reason,
            next_step="Try again in a few minutes with Connect Zoom on the Services page.",
            step=SERVICES,
        )
    return Refusal(502, title=TITLE, text=error.reason, next_step=error.next_step, step=SERVICES)
