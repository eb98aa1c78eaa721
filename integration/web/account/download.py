"""`/account/download`: what is held about the viewer, as a JSON file, except landed events."""

import secrets

from starlette.responses import JSONResponse, Response

from integration.directory.rights import Right
from integration.identity.address import person_key
from integration.privacy.digests import Digests
from integration.privacy.export import export_of
from integration.privacy.subjects import with_address
from integration.web.page.refusals import Refusal
from integration.web.page.visit import PageRoute, Shows, Visit

FILE_NAME = "worksights-zoom-export.json"


def download(visit: Visit) -> Response:
    viewer = visit.viewer
    key = person_key(viewer.email)
    if key is None:
        raise Refusal(
            409,
            title="Your data cannot be found",
            text="Your email in WorkSights is not an email address.",
            next_step="Contact the team that runs WorkSights.",
        )
    with visit.transaction() as connection:
        # These digests only compare texts, and are not stored.
        digests = Digests((secrets.token_hex(),), viewer.organization_id)
        found = export_of(connection, digests, with_address(key))
        visit.record_change(connection, "data_downloaded", subject=viewer.user_id)
    return JSONResponse(
        found.document,
        headers={"Content-Disposition": f'attachment; filename="{FILE_NAME}"'},
    )


PAGES = (PageRoute("/account/download", download, right=Right.SIGNED_IN, shows=Shows.VIEWER),)
