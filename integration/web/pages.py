"""All pages with the rights they require. Add a new page to the list in its own module."""

from integration.web import security_txt
from integration.web.account import digest, download, erasure, pausing, sessions
from integration.web.account import routes as account
from integration.web.clients import naming
from integration.web.clients import routes as clients
from integration.web.connections import account as zoom_account
from integration.web.connections import oauth
from integration.web.connections import routes as connections
from integration.web.domains import changing as changing_domains
from integration.web.domains import companies as domains_of_companies
from integration.web.domains import own as own_domains
from integration.web.domains import rules as rules_of_domains
from integration.web.domains import trying as trying_addresses
from integration.web.exclusions import routes as exclusions
from integration.web.features import change as switches
from integration.web.features import many, press, undo
from integration.web.features import routes as features
from integration.web.missing import routes as missing
from integration.web.notifications import routes as notifications
from integration.web.overview import routes as overview
from integration.web.overview import setup, trial_routes
from integration.web.privacy import first_notice
from integration.web.privacy import routes as privacy
from integration.web.privacy_settings import routes as privacy_settings
from integration.web.search import routes as search
from integration.web.services import routes as services
from integration.web.sign_in import mailed_links, openid
from integration.web.sign_in import routes as sign_in
from integration.web.team import routes as team
from integration.web.timeline import routes as timeline
from integration.web.users import change as mapping
from integration.web.users import confirm as confirmation
from integration.web.users import routes as users
from integration.web.users.bulk import files as mapping_files
from integration.web.users.bulk import preview as bulk_mapping
from integration.web.users.bulk import undo as undoing

PAGES = (
    *sign_in.PAGES,
    *mailed_links.PAGES,
    *openid.PAGES,
    *account.PAGES,
    *sessions.PAGES,
    *pausing.PAGES,
    *digest.PAGES,
    *download.PAGES,
    *erasure.PAGES,
    *privacy.PAGES,
    *security_txt.PAGES,
    *first_notice.PAGES,
    *services.PAGES,
    *oauth.PAGES,
    *overview.PAGES,
    *notifications.PAGES,
    *bulk_mapping.PAGES,  # before the pages of single Zoom users, whose addresses start the same
    *mapping_files.PAGES,
    *undoing.PAGES,
    *setup.PAGES,
    *trial_routes.PAGES,
    *users.PAGES,
    *mapping.PAGES,
    *confirmation.PAGES,
    *features.PAGES,
    *switches.PAGES,
    *press.PAGES,
    *many.PAGES,
    *undo.PAGES,
    *connections.PAGES,
    *own_domains.PAGES,
    *domains_of_companies.PAGES,
    *rules_of_domains.PAGES,
    *trying_addresses.PAGES,
    *changing_domains.PAGES,
    *zoom_account.PAGES,
    *exclusions.PAGES,  # before the pages of single settings, whose addresses have the same start
    *privacy_settings.PAGES,
    *team.PAGES,
    *timeline.PAGES,
    *clients.PAGES,
    *naming.PAGES,
    *missing.PAGES,
    *search.PAGES,
)
