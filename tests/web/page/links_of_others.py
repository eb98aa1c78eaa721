"""A visitor who signs in with a link that someone else made."""

from integration.commands.sign_in_link import create_link
from tests.web.page.site import Site, Visitor, email_of


def visitor_with_link_of_another(site: Site, role: str) -> Visitor:
    visitor = site.stranger()
    link = create_link(
        site.settings,
        site.database_url,
        email=email_of(role),
        organization="acme",
        made_by="command:root",
    )
    assert visitor.sign_in(link).status_code == 303
    return visitor
