"""What all visits share."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from psycopg_pool import ConnectionPool
from starlette.templating import Jinja2Templates

from integration.directory.rights import Right
from integration.settings import Settings
from integration.sign_in.openid.discovery import Providers
from integration.sign_in.signing import Signing
from integration.web.page.browser_session import BrowserSession
from integration.web.page.worker_thread import WorkerThread


@dataclass(frozen=True)
class AppContext:
    """The objects that all visits share, created once when the app starts."""

    settings: Settings
    url: str
    pool: ConnectionPool
    signing: Signing
    browser_session: BrowserSession
    templates: Jinja2Templates
    rights: Mapping[str, Right]  # path -> right, for all GET routes
    mails: WorkerThread | None = None  # None if no mail server is set
    notifier: WorkerThread | None = None  # None if there is no channel
    providers: Providers = field(default_factory=Providers)
