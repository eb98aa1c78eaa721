"""`/sign-in` without a link: a form that has one mailed. `/mailed-link` takes it, and then says
what to do next.

Everybody gets the same answer after the same work, whether or not the address is a user's. The form
has no token: nobody is signed in yet, and whoever sends it from another site achieves no more than
by sending it from their own machine, namely that a user gets a mail.
"""

from starlette.responses import Response

from integration.directory.rights import Right
from integration.identity.cleaning import cleaned_email
from integration.notify.asked_links import ADDRESS_PERIOD, AskedLink, TooManyRequests, ask_for_link
from integration.web.page.pool import across_organizations
from integration.web.page.refusals import HOW_TO_SIGN_IN, Refusal, link_to_sign_in
from integration.web.page.visit import PageRoute, Shows, Visit
from integration.web.sign_in.next_page import next_page

LONGEST_EMAIL = 320


def how_to_sign_in(
    visit: Visit, *, next_path: str, entered: str = "", problem: str = ""
) -> Response:
    """The form, or how to get a link if no mail can be sent. `problem` is what is wrong with the
    address that somebody entered.
    """
    return visit.render(
        "sign_in/sign_in_how.html",
        status=400 if problem else 200,
        takes_message=False,
        next_path=next_path,
        entered=entered,
        problem=problem,
    )


def mail_link(visit: Visit) -> Response:
    """Has a link mailed to the address, if an active user has it."""
    next_path, entered = next_page(visit.field("next")), visit.field("email")
    mails = visit.page.mails
    if mails is None:
        return how_to_sign_in(visit, next_path=next_path)
    email = cleaned_email(entered) if len(entered) <= LONGEST_EMAIL else None
    if email is None:
        return how_to_sign_in(
            visit,
            next_path=next_path,
            entered=entered[:LONGEST_EMAIL],
            problem="Enter one email address, such as name@company.com.",
        )
    client = visit.request.client.host if visit.request.client else ""
    try:
        # Whoever asks has no organization yet: the request and the mail belong to none.
        with across_organizations(visit.page.pool) as connection:
            ask_for_link(
                connection,
                AskedLink(email, next_path, client),
                session_keys=visit.settings.session_keys,
                encryption_keys=visit.settings.encryption_keys,
                now=visit.now,
            )
    except TooManyRequests as error:
        raise _too_many() from error
    mails.wake()
    return visit.go(link_to_sign_in(next_path, page="/mailed-link").href)


def mailed(visit: Visit) -> Response:
    minutes = int(ADDRESS_PERIOD.total_seconds() // 60)
    again = link_to_sign_in(next_page(visit.query("next")))
    return visit.render("sign_in/mailed.html", takes_message=False, minutes=minutes, again=again)


def _too_many() -> Refusal:
    return Refusal(
        429,
        title="Too many links were requested",
        text="From your network, many sign-in links were requested within a few minutes.",
        next_step="Try again in 10 minutes. A link that was already emailed to you still works.",
        link=HOW_TO_SIGN_IN,
    )


PAGES = (
    PageRoute("/mailed-link", mail_link, right=Right.ANYONE, shows=Shows.NOBODY, method="POST"),
    PageRoute("/mailed-link", mailed, right=Right.ANYONE, shows=Shows.NOBODY),
)
