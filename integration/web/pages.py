"""Every page, with the right it needs. A new one is added to the list of its file."""

from integration.web.routes import (
    account,
    clients,
    connections,
    features,
    mapping,
    missing,
    oauth,
    overview,
    services,
    sign_in,
    switches,
    timeline,
    users,
)

PAGES = (
    *sign_in.PAGES,
    *account.PAGES,
    *services.PAGES,
    *oauth.PAGES,
    *overview.PAGES,
    *users.PAGES,
    *mapping.PAGES,
    *features.PAGES,
    *switches.PAGES,
    *connections.PAGES,
    *timeline.PAGES,
    *clients.PAGES,
    *missing.PAGES,
)
