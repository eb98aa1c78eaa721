"""Reads the users and phone users of one account, and returns what was read when a list fails.

It must not know where they are stored.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from integration.zoom.client import ZoomClient
from integration.zoom.errors import NoZoomPhone, PermanentZoomError, ZoomError
from integration.zoom.paging import Page
from integration.zoom.users import UserList, phone_users, slim, users_frame

PhoneUser = tuple[str, str | None, str | None]  # zoom_user_id, extension_id, extension_number


@dataclass(frozen=True)
class AccountLists:
    """`users` is None when not even the first page was read. A list with an error is incomplete:
    users that it does not contain must not be treated as deleted.
    """

    users: UserList | None
    users_error: ZoomError | None = None
    phone_users: list[PhoneUser] = field(default_factory=list, repr=False)
    phone_error: ZoomError | None = None

    @property
    def phone_detail(self) -> str | None:
        """Why there are no phone users, if that is not a failure: usually, no Zoom Phone."""
        is_settled = isinstance(self.phone_error, PermanentZoomError)
        return str(self.phone_error) if is_settled else None

    @property
    def lacks_phone(self) -> bool:
        """Whether Zoom says that the account has no Zoom Phone. A missing permission says nothing
        about that.
        """
        return isinstance(self.phone_error, NoZoomPhone)

    @property
    def error(self) -> ZoomError | None:
        """The error to report; the users' error takes precedence over the phone users'."""
        return self.users_error or (None if self.phone_detail else self.phone_error)


def read_lists(client: ZoomClient, report: Callable[[int], None]) -> AccountLists:
    """Reads both lists. A failure of the phone users does not affect the users. `report` receives
    the number of users that were read so far.
    """
    pages, users_error = _read(client.users(), report)
    if users_error and not pages:
        return AccountLists(None, users_error)
    phone_pages, phone_error = _read(client.phone_users(), lambda _count: None)
    return AccountLists(users_frame(pages), users_error, phone_users(phone_pages), phone_error)


def _read(
    pages: Iterator[Page], report: Callable[[int], None]
) -> tuple[list[Page], ZoomError | None]:
    read, count = [], 0
    try:
        for page in pages:
            read.append(slim(page))
            count += len(page)
            report(count)
    except ZoomError as error:
        return read, error
    return read, None
