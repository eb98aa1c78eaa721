"""`/services/zoom/users/{zoom_user_id}/change`: the preview of a mapping, and the change itself."""

from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from starlette.responses import Response

from integration.connections.listed import connections_of
from integration.database.audit_trail import record_change
from integration.directory.profiles import Profile, profile_of
from integration.directory.rights import Right
from integration.web.changes.effective import Effective, TimeChoice, time_choice
from integration.web.changes.effects import Effect, effects_of_mapping
from integration.web.changes.words import saved_message
from integration.web.page.refusals import bad_form, not_found
from integration.web.page.visit import PageRoute, Visit
from integration.web.users.mapping_changes import map_zoom_user
from integration.web.users.routes import PATH
from integration.web.users.zoom_users import ZoomUser, zoom_user_of

NOBODY = "nobody"


@dataclass(frozen=True)
class MappingChoice:
    """`profile` None is "nobody"."""

    user: ZoomUser
    profile: Profile | None
    time: TimeChoice

    @property
    def user_id(self) -> str | None:
        return self.profile.user_id if self.profile else None


def preview(visit: Visit) -> Response:
    """Previews a mapping that is effective from now or from an earlier day."""
    with visit.transaction() as connection:
        choice = _choice(visit, connection, visit.query)
        effective = choice.time.effective
        effects = _effects(visit, connection, choice, effective) if effective else []
    return visit.render("users/change_mapping.html", choice=choice, effects=effects)


def save(visit: Visit) -> Response:
    viewer = visit.viewer
    with visit.transaction() as connection:
        choice = _choice(visit, connection, visit.field)
        effective = choice.time.effective
        if effective is None:
            raise bad_form(choice.time.refusal)
        effects = _effects(visit, connection, choice, effective)
        map_zoom_user(
            connection,
            choice.user.zoom_user_id,
            organization_id=viewer.organization_id,
            zoom_account_id=choice.user.zoom_account_id,
            user_id=choice.user_id,
            effective_from=effective.moment,
            changed_by=viewer.user_id,
        )
        record_change(
            connection,
            organization_id=viewer.organization_id,
            user_id=viewer.user_id,
            kind="mapping_changed",
            subject=choice.user.zoom_user_id,
            details={
                "user_id": choice.user_id,
                "effective_from": effective.moment.isoformat(),
            },
        )
        message = saved_message(effective, effects, time_zone=viewer.time_zone)
        visit.show_next(connection, f"Mapping saved. {message}")
    return visit.go(f"{PATH}/{choice.user.zoom_user_id}")


def _choice(
    visit: Visit, connection: psycopg.Connection, read: Callable[[str], str]
) -> MappingChoice:
    """The choice. Raises "page not found" for an unknown Zoom user or profile, or one of another
    organization.
    """
    organization_id = visit.viewer.organization_id
    user = zoom_user_of(
        connection, visit.path("zoom_user_id"), organization_id=organization_id, by_entries=False
    )
    chosen = read("to")
    profile = None
    if chosen != NOBODY:
        profile = profile_of(connection, chosen, organization_id=organization_id)
    if user is None or (profile is None and chosen != NOBODY):
        raise not_found()
    connections = connections_of(connection, organization_id=organization_id)
    time = time_choice(
        read,
        [one for one in connections if one.zoom_account_id == user.zoom_account_id],
        now=visit.now,
        time_zone=visit.viewer.time_zone,
    )
    return MappingChoice(user, profile, time)


def _effects(
    visit: Visit, connection: psycopg.Connection, choice: MappingChoice, effective: Effective
) -> list[Effect]:
    return effects_of_mapping(
        connection,
        choice.user.zoom_user_id,
        organization_id=visit.viewer.organization_id,
        user_id=choice.user_id,
        effective_from=effective.moment,
    )


CHANGE = PATH + "/{zoom_user_id}/change"
PAGES = (
    PageRoute(CHANGE, preview, right=Right.CHANGE_SETTINGS),
    PageRoute(CHANGE, save, right=Right.CHANGE_SETTINGS, method="POST"),
)
