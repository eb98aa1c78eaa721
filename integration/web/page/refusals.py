"""Reasons to answer with a page that says what is wrong and what to do next."""

from dataclasses import dataclass

from integration.web.page.rights import Right, who_may


@dataclass(frozen=True)
class Step:
    """A link that is the next step."""

    label: str
    href: str


SERVICES = Step("Open Services", "/services")
START = Step("Go to the start page", "/")
HOW_TO_SIGN_IN = Step("How to sign in", "/sign-in")


class Refusal(Exception):
    """`text` is a plain sentence, `next_step` another one; `step` a link to it."""

    def __init__(
        self, status: int, *, title: str, text: str, next_step: str, step: Step | None = START
    ) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.text = text
        self.next_step = next_step
        self.step = step


def not_signed_in() -> Refusal:
    return Refusal(
        401,
        title="You are not signed in",
        text="This page is for people of your organization who are signed in to WorkSights.",
        next_step=(
            "Open the sign-in link that your WorkSights administrator gave you, or ask them for a "
            "new one."
        ),
        step=HOW_TO_SIGN_IN,
    )


def not_found() -> Refusal:
    return Refusal(
        404,
        title="There is nothing here",
        text="The address does not exist, or what it showed is not there any more.",
        next_step="Check the address, or start from the start page.",
    )


def forbidden(right: Right) -> Refusal:
    return Refusal(
        403,
        title="Your role does not allow this",
        text=f"Only {who_may(right)} {right}.",
        next_step="Ask one of them, or have your role changed in WorkSights.",
    )


def form_refused() -> Refusal:
    return Refusal(
        403,
        title="The form was not accepted",
        text=(
            "It did not come from a page of this sign-in: the page was open for too long, or "
            "another site sent it. Nothing was changed."
        ),
        next_step="Open the page again and repeat what you did.",
    )


def bad_form(text: str) -> Refusal:
    return Refusal(
        400,
        title="That could not be read",
        text=text,
        next_step="Go back, correct it and send it again.",
    )
