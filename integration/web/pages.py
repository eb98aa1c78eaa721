"""Every page, with the right it needs. A new one is added to the list of its file."""

from integration.web.routes import (
    account,
    connections,
    oauth,
    overview,
    services,
    sign_in,
    timeline,
)

PAGES = (
    *sign_in.PAGES,
    *account.PAGES,
    *services.PAGES,
    *oauth.PAGES,
    *overview.PAGES,
    *connections.PAGES,
    *timeline.PAGES,
)
