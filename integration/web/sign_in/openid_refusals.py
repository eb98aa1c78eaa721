"""The pages for sign-ins with OpenID Connect that did not succeed: why, and whom to ask."""

from integration.sign_in.openid.addresses import host_of
from integration.sign_in.openid.problems import Problem
from integration.sign_in.openid.providers import Provider
from integration.web.page.refusals import Link, Refusal, start_of, with_next

OPERATOR = "the team that runs WorkSights"
NOT_YOU = "You are not signed in to WorkSights, and nothing was changed."


def could_not_sign_in(problem: Problem, provider: Provider, *, next_path: str = "") -> Refusal:
    """The page for this problem, with the way back to the start."""
    status, title, text, next_step = _words(
        problem, host=host_of(provider.issuer), organization=provider.organization_name
    )
    return Refusal(
        status,
        title=title,
        text=text,
        next_step=next_step,
        link=Link("Try again", with_next(start_of(provider.organization_id), next_path)),
    )


def _words(problem: Problem, *, host: str, organization: str) -> tuple[int, str, str, str]:
    again = "Try again in a few minutes. If the problem continues, "
    ask_both = f"contact {OPERATOR}, who can ask whoever manages {host}."
    match problem:
        case Problem.DECLINED:
            return (
                403,
                "You were not signed in",
                f"{host} did not let you sign in, or you canceled it. {NOT_YOU}",
                f"Try again. If {host} refuses you, ask whoever manages it in {organization} "
                "whether you can use WorkSights.",
            )
        case Problem.UNREACHABLE:
            return (
                503,
                f"{host} cannot be reached",
                f"You sign in to WorkSights at {host}, which does not answer. {NOT_YOU}",
                again + ask_both,
            )
        case Problem.SLOW:
            return (
                503,
                f"{host} is taking too long",
                f"You sign in to WorkSights at {host}, which did not answer in time. {NOT_YOU}",
                again + ask_both,
            )
        case Problem.BUSY:
            return (
                503,
                "Too many people are signing in",
                f"Too many sign-ins are waiting for {host}. {NOT_YOU}",
                "Try again in a minute.",
            )
        case Problem.UNREADABLE:
            return (
                502,
                f"{host} sent an invalid response",
                f"WorkSights could not read the response from {host}. {NOT_YOU}",
                again + ask_both,
            )
        case Problem.MISCONFIGURED | Problem.CLIENT_REFUSED:
            return (
                502,
                f"{host} is not set up for WorkSights",
                f"{host} does not accept WorkSights, or its settings no longer match those in "
                f"WorkSights. {NOT_YOU}",
                f"Contact {OPERATOR}. They need to set up sign-in for {organization} again.",
            )
        case Problem.CLOCKS:
            return (
                502,
                "The clocks differ",
                f"The sign-in response from {host} is not valid at this time. {NOT_YOU}",
                f"Try again. If it happens again, the clock of {host} or of WorkSights is wrong: "
                f"contact {OPERATOR}.",
            )
        case Problem.UNTRUSTED | Problem.UNKNOWN_KEY:
            return (
                403,
                "WorkSights could not verify who you are",
                f"WorkSights could not verify that {host} created this response for this sign-in. "
                f"{NOT_YOU}",
                f"Try again. If it happens again, contact {OPERATOR}.",
            )
        case Problem.NO_EMAIL:
            return (
                403,
                "Your email address is missing",
                f"{host} did not send your email address. {NOT_YOU}",
                f"Ask whoever manages {host} in {organization} to send it to WorkSights.",
            )
        case Problem.UNVERIFIED_EMAIL:
            return (
                403,
                "Your email address is not verified",
                f"{host} does not confirm that the email address is yours. {NOT_YOU}",
                f"Verify it at {host}, or ask whoever manages it in {organization}.",
            )
        case Problem.UNKNOWN_USER:
            return (
                403,
                "You do not have a WorkSights user",
                f"{organization} has no user with the email address that {host} sent. {NOT_YOU}",
                f"Sign in at {host} with your work account, or ask an Admin of {organization} to "
                "add you to WorkSights.",
            )
        case Problem.DEACTIVATED_USER:
            return (
                403,
                "Your user is deactivated",
                f"{organization} has deactivated your user in WorkSights. {NOT_YOU}",
                f"If this is a mistake, ask an Admin of {organization} to reactivate it.",
            )
        case Problem.OTHER_ACCOUNT:
            return (
                403,
                "This is not the account that you signed in with before",
                f"The email address is right, but this is a different account at {host}. {NOT_YOU}",
                f"If you have a new account there, ask {OPERATOR} to let you sign in with it.",
            )
        case Problem.SWITCHED | Problem.CODE_REFUSED | Problem.STALE:
            return (
                403,
                "This sign-in is no longer valid",
                f"It was started more than ten minutes ago or in another browser, it was already "
                f"used, or your organization has changed how it signs in. {NOT_YOU}",
                "Start again. If this happens each time, allow cookies for this site.",
            )
