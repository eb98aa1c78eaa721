"""Why a sign-in with OpenID Connect did not succeed, without secrets and people."""

from enum import StrEnum


class Problem(StrEnum):
    """The words for the log; the pages have their own."""

    DECLINED = "the provider declined, or the person did"
    UNREACHABLE = "the provider cannot be reached"
    SLOW = "the provider did not respond in time"
    UNREADABLE = "the provider's response cannot be read"
    MISCONFIGURED = "the provider's published settings do not match its issuer"
    CLIENT_REFUSED = "the provider does not accept the client ID and secret"
    CODE_REFUSED = "the provider does not accept the code"
    UNTRUSTED = "the ID token does not prove who signed in"
    UNKNOWN_KEY = "the ID token is signed with a key that the provider does not publish"
    CLOCKS = "the ID token is not valid at this time"
    NO_EMAIL = "the provider sent no email address"
    UNVERIFIED_EMAIL = "the provider has not verified the email address"
    UNKNOWN_USER = "no user of the organization has the email address"
    DEACTIVATED_USER = "the user is deactivated"
    OTHER_ACCOUNT = "the user signs in with another account of the provider"
    SWITCHED = "the organization's provider has been changed or removed"
    STALE = "this browser did not start the sign-in, or started it more than ten minutes ago"
    BUSY = "too many people are signing in at once"


class OpenIdError(Exception):
    """A sign-in that did not succeed, and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem
