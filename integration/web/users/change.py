"""`/services/zoom/users/{zoom_user_id}/change`: the preview of a mapping, and the change itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

import psycopg
from starlette.responses import Response

from integration.connections.listed import connections_of
from integration.directory.profiles import Profile, profile_of
from integration.directory.rights import Right
from integration.privacy.access_log import Act
from integration.web.changes.effective import Effective, TimeChoice, time_choice
from integration.web.changes.effects import Effect
from integration.web.changes.words import saved_message
from integration.web.page.addresses import address
from integration.web.page.refusals import Link, Refusal, not_found
from integration.web.page.visit import PageRoute, Shows, Visit
from integration.web.users.addresses import PATH
from integration.web.users.candidates import Candidate, candidates_of
from integration.web.users.mapping_changes import NewMapping, map_zoom_users
from integration.web.users.mapping_requests import request_mapping, second_persons
from integration.web.users.owners import Person, owners_of
from integration.web.users.shown_effects import shown_effects_of_mapping
from integration.web.users.zoom_users import ZoomUser, zoom_user_of

NOBODY, BY_EMAIL = "nobody", "by-email"
PERSONS_SHOWN = 3  # who may confirm a mapping


@dataclass(frozen=True)
class MappingChoice:
    """`profile` None is "nobody", or with `is_by_email` whoever has the email. `owners` are the
    active users whose email the Zoom user has or had. `viewer_id` is the person who makes the
    choice.
    """

    user: ZoomUser
    profile: Profile | None
    is_by_email: bool
    time: TimeChoice
    owners: list[Person]
    viewer_id: str

    @property
    def owner(self) -> Person | None:
        return self.owners[0] if self.owners else None

    @property
    def is_for_oneself(self) -> bool:
        if self.is_by_email:
            return any(owner.user_id == self.viewer_id for owner in self.owners)
        return self.user_id == self.viewer_id

    @property
    def takes_from_owner(self) -> bool:
        return bool(self.profile and self.owner and self.owner.user_id != self.user_id)

    @property
    def needs_second_person(self) -> bool:
        """Whether the mapping adds entries to the timeline of the person who saves it, or gives
        an active user's Zoom user to somebody else.
        """
        return self.is_for_oneself or self.takes_from_owner

    @property
    def gains(self) -> str | None:
        """Who would get the entries, as far as that is one person."""
        return self.viewer_id if self.is_by_email and self.is_for_oneself else self.user_id

    @property
    def from_user_id(self) -> str | None:
        """Who loses the Zoom user."""
        if self.is_by_email:
            return self.user.user_id if self.user.user_id != self.gains else None
        known = self.owner.user_id if self.owner else self.user.user_id
        return known if known != self.user_id else None

    @property
    def user_id(self) -> str | None:
        return self.profile.user_id if self.profile else None


def preview(visit: Visit) -> Response:
    """Previews a mapping that is effective from now or from an earlier day."""
    with visit.transaction() as connection:
        return _shown(visit, connection, _choice(visit, connection, visit.query))


def _shown(
    visit: Visit, connection: psycopg.Connection, choice: MappingChoice, *, status: int = 200
) -> Response:
    viewer = visit.viewer
    return visit.render(
        "users/change_mapping.html",
        status=status,
        choice=choice,
        effects=_effects(visit, connection, choice, choice.time.effective),
        may_confirm=second_persons(
            connection,
            organization_id=viewer.organization_id,
            others=[viewer.user_id, choice.user_id or ""],
            limit=PERSONS_SHOWN,
        ),
        taken=_zoom_user_of_profile(visit, connection, choice),
        list_query=visit.field("back") or visit.query("back"),
    )


def save(visit: Visit) -> Response:
    """Maps the Zoom user, or asks for it if a second person has to confirm it."""
    with visit.transaction() as connection:
        choice = _choice(visit, connection, visit.field)
        effective = choice.time.effective
        if effective is None:
            return _shown(visit, connection, choice, status=400)
        if choice.needs_second_person and choice.gains:
            _request(visit, connection, choice, choice.gains, effective)
        else:
            _map(visit, connection, choice, effective)
    return visit.go(address(f"{PATH}/{choice.user.zoom_user_id}", {"back": visit.field("back")}))


def _map(
    visit: Visit, connection: psycopg.Connection, choice: MappingChoice, effective: Effective
) -> None:
    viewer = visit.viewer
    effects = _effects(visit, connection, choice, effective)
    change_id = map_zoom_users(
        connection,
        [
            NewMapping(
                choice.user.zoom_user_id,
                choice.user.zoom_account_id,
                choice.user_id,
                effective.moment,
                is_by_email=choice.is_by_email,
            )
        ],
        organization_id=viewer.organization_id,
        changed_by=viewer.user_id,
    )
    _record(visit, connection, "mapping_changed", choice, effective, {"change_id": change_id})
    message = saved_message(effective, effects, time_zone=viewer.time_zone, dates=visit.dates)
    visit.show_next(
        connection,
        f"Mapping saved. {message}",
        link=Link("Undo", f"{PATH}/undo/{change_id}"),
    )


def _request(
    visit: Visit,
    connection: psycopg.Connection,
    choice: MappingChoice,
    user_id: str,
    effective: Effective,
) -> None:
    viewer = visit.viewer
    is_requested = request_mapping(
        connection,
        choice.user.zoom_user_id,
        organization_id=viewer.organization_id,
        zoom_account_id=choice.user.zoom_account_id,
        user_id=user_id,
        from_user_id=choice.from_user_id,
        effective_from=effective.moment,
        requested_by=viewer.user_id,
        is_by_email=choice.is_by_email,
    )
    if not is_requested:
        raise Refusal(
            409,
            title="Someone else was faster",
            text="A change to this mapping was requested at the same moment. Yours was not saved.",
            next_step="See what is waiting for confirmation, then try again.",
            link=Link("Open Zoom user", f"{PATH}/{choice.user.zoom_user_id}"),
        )
    _record(visit, connection, "mapping_requested", choice, effective)
    visit.show_next(
        connection,
        "Request saved. Nothing changes until a second person confirms it.",
        tone="warn",
    )


def _record(
    visit: Visit,
    connection: psycopg.Connection,
    kind: str,
    choice: MappingChoice,
    effective: Effective,
    more: Mapping[str, object] | None = None,
) -> None:
    details = {"user_id": choice.user_id, "effective_from": effective.moment.isoformat()}
    if choice.is_by_email:
        details["by_email"] = "yes"
    visit.record_change(
        connection,
        kind,
        subject=choice.user.zoom_user_id,
        details={**details, **(more or {})},
    )


def _choice(
    visit: Visit, connection: psycopg.Connection, read: Callable[[str], str]
) -> MappingChoice:
    """The choice. Refuses an unknown Zoom user or profile, and those of other organizations."""
    organization_id = visit.viewer.organization_id
    user = zoom_user_of(
        connection, visit.path("zoom_user_id"), organization_id=organization_id, by_entries=False
    )
    chosen = read("to")
    profile = None
    if chosen not in (NOBODY, BY_EMAIL):
        profile = profile_of(connection, chosen, organization_id=organization_id)
    if user is None:
        raise not_found()
    if profile is None and chosen not in (NOBODY, BY_EMAIL):
        raise _unknown_profile(user.zoom_user_id, back=read("back"))
    connections = connections_of(connection, organization_id=organization_id)
    time = time_choice(
        read,
        [one for one in connections if one.zoom_account_id == user.zoom_account_id],
        now=visit.now,
        time_zone=visit.viewer.time_zone,
        dates=visit.dates,
    )
    since = time.effective.moment if time.effective else visit.now
    found = owners_of(connection, {user.zoom_user_id: since}, organization_id=organization_id)
    owners = found.get(user.zoom_user_id, [])
    return MappingChoice(user, profile, chosen == BY_EMAIL, time, owners, visit.viewer.user_id)


def _unknown_profile(zoom_user_id: str, *, back: str) -> Refusal:
    return Refusal(
        404,
        title="Choose another WorkSights user",
        text="The user you chose does not exist, or has been removed. Nothing was changed.",
        next_step="Go back and choose again.",
        link=Link(
            "Back to the Zoom user",
            address(f"{PATH}/{quote(zoom_user_id, safe='')}", {"back": back}),
        ),
    )


def _zoom_user_of_profile(
    visit: Visit, connection: psycopg.Connection, choice: MappingChoice
) -> Candidate | None:
    """The chosen profile, if another Zoom user is mapped to it."""
    if choice.profile is None or choice.user.user_id == choice.user_id:
        return None
    (candidate,) = candidates_of(
        connection, [choice.profile], organization_id=visit.viewer.organization_id
    )
    return candidate if candidate.zoom_user else None


def _effects(
    visit: Visit, connection: psycopg.Connection, choice: MappingChoice, effective: Effective | None
) -> list[Effect] | None:
    return shown_effects_of_mapping(
        visit,
        connection,
        choice.user.zoom_user_id,
        from_user_id=choice.user.user_id,
        user_id=choice.user_id,
        effective_from=effective.moment if effective else None,
        is_by_email=choice.is_by_email,
    )


CHANGE = PATH + "/{zoom_user_id}/change"
PAGES = (
    PageRoute(CHANGE, preview, right=Right.CHANGE_SETTINGS, shows=Act.EFFECTS),
    PageRoute(CHANGE, save, right=Right.CHANGE_SETTINGS, shows=Shows.NOBODY, method="POST"),
)
