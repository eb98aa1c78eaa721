"""`/services/zoom/features/organization` and `…/users/{user_id}`: the features of the organization
or of a user, the preview of a change from an earlier day, and the change itself.
"""

from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from starlette.responses import Response

from integration.connections.listed import connections_of
from integration.directory.profiles import Profile, profile_of
from integration.directory.rights import Right
from integration.privacy.access_log import Act
from integration.web.changes.effective import Effective, TimeChoice, time_choice
from integration.web.changes.effects import Effect, effects_of_switches
from integration.web.changes.shown_effects import shown_effects
from integration.web.changes.words import saved_message
from integration.web.features.place import OF_ORGANIZATION, OF_USER, PATH
from integration.web.features.press import save_one
from integration.web.features.routes import last_entries
from integration.web.features.saving import Switch, lock_switches
from integration.web.features.subscribers import users_with_ids
from integration.web.features.switches import features_on, switch_history
from integration.web.features.undo import offer_undo
from integration.web.features.words import switched
from integration.web.page.addresses import address, back_to
from integration.web.page.refusals import Link, bad_form, not_found
from integration.web.page.visit import PageRoute, Shows, Visit
from integration.zoom.features import FEATURES


@dataclass(frozen=True)
class SwitchChoice:
    """`user` None is the whole organization."""

    user: Profile | None
    feature: str
    is_on: bool
    time: TimeChoice

    @property
    def user_id(self) -> str | None:
        return self.user.user_id if self.user else None


def switches(visit: Visit) -> Response:
    organization_id = visit.viewer.organization_id
    with visit.transaction() as connection:
        user = _user(visit, connection)
        user_id = user.user_id if user else None
        history = switch_history(connection, organization_id=organization_id, user_id=user_id)
        is_on, is_on_for_all = (
            features_on(connection, organization_id=organization_id, user_id=each, at=visit.now)
            for each in (user_id, None)
        )
        ids = [user_id] if user_id else []
        latest = last_entries(visit, connection, ids)
        known = users_with_ids(connection, ids, organization_id=organization_id) if ids else []
        time = _time(visit, connection, visit.query)
    return visit.render(
        "features/switches.html",
        user=user,
        here=visit.request.url.path,
        history=history,
        is_on=is_on,
        yesterday=time.yesterday,
        in_zoom=known[0] if known else None,
        is_on_for_all=is_on_for_all,
        latest=latest,
        list_address=back_to(PATH, visit.query("back")),
    )


def preview(visit: Visit) -> Response:
    """Previews a change that is effective from now or from an earlier day."""
    with visit.transaction() as connection:
        return _shown(visit, connection, _choice(visit, connection, visit.query))


def _shown(
    visit: Visit, connection: psycopg.Connection, choice: SwitchChoice, *, status: int = 200
) -> Response:
    return visit.render(
        "features/change_switch.html",
        status=status,
        choice=choice,
        effects=_effects(visit, connection, choice, choice.time.effective),
        here=_here(visit),
        list_query=visit.field("back") or visit.query("back"),
    )


def save(visit: Visit) -> Response:
    with visit.transaction() as connection:
        changed_at = lock_switches(connection, visit.viewer.organization_id)
        choice = _choice(visit, connection, visit.field)
        effective = choice.time.effective
        if effective is None:
            return _shown(visit, connection, choice, status=400)
        effects = _effects(visit, connection, choice, effective)
        save_one(
            visit,
            connection,
            Switch(choice.user_id or "", choice.feature),
            is_on=choice.is_on,
            effective_from=effective.moment,
            changed_at=changed_at,
        )
        whose = choice.user.full_name if choice.user else "the organization"
        what = switched([choice.feature], is_on=choice.is_on, whose=whose)
        message = saved_message(
            effective, effects, time_zone=visit.viewer.time_zone, dates=visit.dates
        )
        offer_undo(
            visit,
            connection,
            f"{what} {message}",
            changed_at=changed_at,
            place=f"users/{choice.user_id}" if choice.user else "organization",
        )
    return visit.go(address(_here(visit), {"back": visit.field("back")}))


def _choice(
    visit: Visit, connection: psycopg.Connection, read: Callable[[str], str]
) -> SwitchChoice:
    user = _user(visit, connection)
    feature, to = read("feature"), read("to")
    if feature not in FEATURES or to not in ("on", "off"):
        link = Link("Back to the features", address(_here(visit), {"back": read("back")}))
        raise bad_form("Choose a feature, and whether to switch it on or off.", link=link)
    return SwitchChoice(user, feature, to == "on", _time(visit, connection, read))


def _time(visit: Visit, connection: psycopg.Connection, read: Callable[[str], str]) -> TimeChoice:
    return time_choice(
        read,
        connections_of(connection, organization_id=visit.viewer.organization_id),
        now=visit.now,
        time_zone=visit.viewer.time_zone,
        dates=visit.dates,
    )


def _user(visit: Visit, connection: psycopg.Connection) -> Profile | None:
    """The user in the address; None if it is the organization's address."""
    user_id = visit.path("user_id") if "user_id" in visit.request.path_params else None
    if user_id is None:
        return None
    user = profile_of(connection, user_id, organization_id=visit.viewer.organization_id)
    if user is None:
        raise not_found()
    return user


def _effects(
    visit: Visit, connection: psycopg.Connection, choice: SwitchChoice, effective: Effective | None
) -> list[Effect] | None:
    def count() -> list[Effect]:
        if effective is None:
            return []
        return effects_of_switches(
            connection,
            [choice.feature],
            organization_id=visit.viewer.organization_id,
            user_ids=None if choice.user_id is None else [choice.user_id],
            is_on=choice.is_on,
            effective_from=effective.moment,
        )

    return shown_effects(visit, connection, count, users=[choice.user_id])


def _here(visit: Visit) -> str:
    return visit.request.url.path.removesuffix("/change")


PAGES = tuple(
    page
    for path in (OF_ORGANIZATION, OF_USER)
    for page in (
        PageRoute(path, switches, right=Right.SEE_SETTINGS, shows=Act.LAST_ENTRIES),
        PageRoute(path + "/change", preview, right=Right.CHANGE_SETTINGS, shows=Act.EFFECTS),
        PageRoute(
            path + "/change", save, right=Right.CHANGE_SETTINGS, shows=Shows.NOBODY, method="POST"
        ),
    )
)
