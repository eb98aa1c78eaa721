"""Errors that are answered with a page that says what is wrong and what to do next."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from integration.directory.rights import Right, who_may


@dataclass(frozen=True)
class Link:
    """A link to the page for the next step."""

    label: str
    href: str


SERVICES = Link("Open Services", "/services")
START = Link("Go to the start page", "/")
PRIVACY = Link("Open Privacy", "/services/zoom/privacy")
HOW_TO_SIGN_IN = Link("How to sign in", "/sign-in")


def link_to_sign_in(wanted: str = "", *, page: str = "/sign-in") -> Link:
    """`wanted` is the address to go to after signing in."""
    return Link("Sign in", f"{page}?{urlencode({'next': wanted})}" if wanted else page)


class Refusal(Exception):
    """`text` says what is wrong and `next_step` what to do; `link` leads there."""

    def __init__(
        self, status: int, *, title: str, text: str, next_step: str, link: Link | None = START
    ) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.text = text
        self.next_step = next_step
        self.link = link


def not_signed_in(*, wanted: str = "") -> Refusal:
    """`wanted` is the address that the visitor asked for."""
    return Refusal(
        401,
        title="You are not signed in",
        text="You need to sign in to WorkSights to see this page.",
        next_step="Open your sign-in link, or get a new one.",
        link=link_to_sign_in(wanted),
    )


def signed_out_when_idle(next_path: str, *, openid_in: str | None) -> Refusal:
    """`openid_in` is the viewer's organization if it signs in with OpenID Connect."""
    start = "/sign-in" if openid_in is None else start_of(openid_in)
    return Refusal(
        401,
        title="You were signed out",
        text="You were signed out after an hour without activity.",
        next_step="Sign in again to continue. Unsaved changes are lost.",
        link=Link("Sign in again", with_next(start, next_path)),
    )


def start_of(organization_id: str) -> str:
    """Where the users of an organization with OpenID Connect start to sign in."""
    return f"/sign-in/{quote(organization_id, safe='')}"


def with_next(path: str, next_path: str) -> str:
    return f"{path}?{urlencode({'next': next_path})}" if next_path else path


def not_found() -> Refusal:
    return Refusal(
        404,
        title="Page not found",
        text="This address does not exist, or what it showed has been removed.",
        next_step="Check the address, or go to the start page.",
    )


def forbidden(right: Right) -> Refusal:
    return Refusal(
        403,
        title="You do not have permission",
        text=f"Only {who_may(right)} can {right}.",
        next_step="Ask one of them, or ask for your role to be changed in WorkSights.",
    )


def closed_by_privacy(right: Right) -> Refusal:
    return Refusal(
        403,
        title="Your organization does not show this",
        text=f"Its privacy settings do not let anyone {right}.",
        next_step="The Privacy page says what is shown, and who can change it.",
        link=PRIVACY,
    )


def form_refused() -> Refusal:
    return Refusal(
        403,
        title="Your change was not saved",
        text="The page was opened before you last signed in, or the form came from another site.",
        next_step="Go back, reload the page and try again.",
    )


def bad_form(text: str, *, link: Link = START) -> Refusal:
    """`link` leads back to the form; without one, way_back.py finds it."""
    return Refusal(
        400,
        title="Check what you entered",
        text=text,
        next_step="Go back, correct it and try again.",
        link=link,
    )
