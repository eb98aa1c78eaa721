"""One request to the page, with its viewer and form, and the route that checks the viewer's right.

A handler is a plain function of a Visit. It runs in a thread, so it can call the database and Zoom
synchronously.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, Literal
from urllib.parse import urlencode

import psycopg
from anyio import to_thread
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from integration.database.audit_trail import record_change
from integration.database.own_organization import limit_to
from integration.dates import DateStyle, style_for
from integration.directory.rights import Right, may
from integration.privacy.access_log import Act, record_access
from integration.privacy.settings import PrivacySettings, privacy_settings
from integration.settings import Settings
from integration.sign_in.sessions import (
    WRITTEN_EVERY,
    IdleSession,
    Viewer,
    end_session,
    idle_session,
    organization_of_session,
    record_use,
    store_message,
    viewer_of,
)
from integration.web.page import refusals
from integration.web.page.activity import NOTICE, address_of, is_activity, needs_notice
from integration.web.page.app_context import AppContext
from integration.web.page.browser_session import CSRF_FIELD
from integration.web.page.closed_rights import closed_rights
from integration.web.page.form_body import read_form
from integration.web.page.pool import of_organization
from integration.web.page.shows import Shows as Shows

LONGEST_PART, OK = 200, 200  # an address's ids have at most 128 bytes


@dataclass(frozen=True)
class Visit:
    """`form` is empty unless the request is a POST; `privacy` is of the viewer's organization."""

    request: Request
    page: AppContext
    now: datetime
    form: FormData
    session: str | None = None
    signed_in: Viewer | None = None
    privacy: PrivacySettings = PrivacySettings()
    idle: IdleSession | None = None

    @property
    def viewer(self) -> Viewer:
        if self.signed_in is None:
            raise refusals.not_signed_in()
        return self.signed_in

    @property
    def settings(self) -> Settings:
        return self.page.settings

    @cached_property
    def dates(self) -> DateStyle:
        """How this browser's language writes dates."""
        return style_for(self.request.headers.get("accept-language"))

    def may(self, right: Right) -> bool:
        """Whether the viewer's role has the right, and the privacy settings leave it open."""
        return self._role_may(right) and right not in closed_rights(self.privacy)

    @property
    def notice_is_due(self) -> bool:
        """Whether the viewer has not seen the notice since the organization last chose to keep or
        show more. A time in the future, which only SQL can write, is not yet due.
        """
        seen_at, widened_at = self.viewer.notice_seen_at, self.privacy.widened_at
        if seen_at is None:
            return True
        return widened_at is not None and seen_at < widened_at <= self.now

    @property
    def topics_of(self) -> str | None:
        """None if the viewer may read every topic; else the viewer, who may read those of sessions
        that they took part in.
        """
        return None if self.may(Right.SEE_EVERY_TOPIC) else self.viewer.user_id

    def require(self, right: Right) -> None:
        """Raises the refusal that says why the viewer may not."""
        if not self._role_may(right):
            raise refusals.forbidden(right)
        if not self.may(right):
            raise refusals.closed_by_privacy(right)

    def _role_may(self, right: Right) -> bool:
        return self.signed_in is not None and may(self.signed_in.role, right)

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection]:
        """One transaction: committed at the end, rolled back by any exception. Do not call Zoom
        inside it. It sees and writes only rows of the viewer's organization.
        """
        with of_organization(self.page.pool, self.viewer.organization_id) as connection:
            yield connection

    @contextmanager
    def transaction_of(self, organization_id: str) -> Iterator[psycopg.Connection]:
        """The same for the organization that somebody signs in to, before there is a viewer."""
        with of_organization(self.page.pool, organization_id) as connection:
            yield connection

    def path(self, name: str) -> str:
        """A part of the address; raises "page not found" if it cannot be an id."""
        part: str = self.request.path_params[name]
        if "\0" in part or len(part) > LONGEST_PART:
            raise refusals.not_found()
        return part

    def query(self, name: str, default: str = "") -> str:
        return self.request.query_params.get(name, default).replace("\0", "").strip()

    def field(self, name: str, default: str = "") -> str:
        """The value of a form field."""
        return str(self.form.get(name, default)).strip()

    def render(
        self, template: str, *, status: int = 200, takes_message: bool = True, **context: Any
    ) -> Response:
        """The page, with the message stored for this session, which is shown once; a page that must
        not change anything does not take it."""
        message = self.signed_in.message if self.signed_in and takes_message else None
        if message and self.session:
            with self.transaction() as connection:
                store_message(connection, self.session, None)
        return self.page.templates.TemplateResponse(
            self.request,
            template,
            {"visit": self, "message": message, **context},
            status_code=status,
        )

    def go(self, path: str) -> Response:
        """Redirects to another page of ours, after a form or a sign-in."""
        return RedirectResponse(path, status_code=303)

    def show_next(
        self,
        connection: psycopg.Connection,
        text: str,
        *,
        tone: Literal["good", "warn"] = "good",
        link: refusals.Link | None = None,
    ) -> None:
        """Stores a message for the next page of this session, in the transaction of the change."""
        message = {"text": text, "tone": tone, "link": link and vars(link)}
        if self.session:
            store_message(connection, self.session, message)

    def end_session(self, connection: psycopg.Connection) -> None:
        """Ends the viewer's session, if any; its organization may not be that of the rest."""
        if self.session and self.signed_in:
            limit_to(connection, self.signed_in.organization_id)
            end_session(connection, self.session)

    def record(
        self,
        connection: psycopg.Connection,
        act: Act,
        *,
        users: Collection[str | None] = (),
        persons: Collection[str | None] = (),
        days: tuple[date, date] | None = None,
    ) -> None:
        """Records whose data this answer shows, or nobody's, in the transaction that reads it."""
        record_access(
            connection,
            organization_id=self.viewer.organization_id,
            actor=self.viewer.user_id,
            act=act,
            users=users,
            persons=persons,
            days=days,
            via_link_of=self.viewer.via_link_of,
        )
        self.request.state.recorded = act

    def record_change(
        self,
        connection: psycopg.Connection,
        kind: str,
        *,
        subject: str,
        details: Mapping[str, Any] | None = None,
    ) -> int:
        """Records what the viewer changes in the audit trail, in the transaction of the change."""
        return record_change(
            connection,
            organization_id=self.viewer.organization_id,
            user_id=self.viewer.user_id,
            kind=kind,
            subject=subject,
            details=details,
            via_link_of=self.viewer.via_link_of,
        )

    @property
    def csrf_token(self) -> str:
        return self.page.browser_session.csrf_token(self.session) if self.session else ""


Handler = Callable[[Visit], Response]


class PageRoute(Route):
    """A route of the page. It cannot be created without the right that it requires, and whose data
    it shows. A page with an Act must record the access, or nothing is shown.
    """

    def __init__(
        self,
        path: str,
        handler: Handler,
        *,
        right: Right,
        shows: Act | Shows,
        method: Literal["GET", "POST"] = "GET",
        takes_file: bool = False,
    ) -> None:
        async def endpoint(request: Request) -> Response:
            is_post = method == "POST"
            form = await read_form(request, takes_file=takes_file) if is_post else FormData()
            answer = await to_thread.run_sync(
                _answer, request, handler, right, form, limiter=request.state.pages_at_once
            )
            is_recorded = getattr(request.state, "recorded", None) is shows
            if isinstance(shows, Act) and answer.status_code == OK and not is_recorded:
                raise LookupError(f"{path} does not record whose data it shows")
            return answer

        super().__init__(path, endpoint, methods=[method], name=f"{method} {path}")
        self.right = right
        self.shows = shows
        self.method = method


def _answer(request: Request, handler: Handler, right: Right, form: FormData) -> Response:
    visit = enter(request, form)
    request.state.visit = visit  # for the error page
    if right is Right.ANYONE:
        if request.method == "POST" and not visit.page.browser_session.is_from_here(request):
            raise refusals.form_refused()
        return handler(visit)
    if not visit.session or not visit.signed_in:
        wanted = address_of(request) if request.method != "POST" else ""
        if visit.idle:
            raise refusals.signed_out_when_idle(wanted, openid_in=visit.idle.openid_in)
        raise refusals.not_signed_in(wanted=wanted)
    if visit.notice_is_due and needs_notice(request):
        return visit.go(f"{NOTICE}?{urlencode({'next': address_of(request)})}")
    visit.require(right)
    if request.method == "POST" and not visit.page.browser_session.accepts_form(
        request, session=visit.session, token=visit.field(CSRF_FIELD)
    ):
        raise refusals.form_refused()
    return handler(visit)


def enter(request: Request, form: FormData) -> Visit:
    """Creates the visit. Reads the viewer from the database, with the current role and status."""
    page: AppContext = request.state.page
    now = datetime.now(UTC)
    session = page.browser_session.read(request)
    if not session:
        return Visit(request, page, now, form)
    with page.pool.connection() as connection:
        organization_id = organization_of_session(connection, session)
        if organization_id is None:
            return Visit(request, page, now, form)
        limit_to(connection, organization_id)
        viewer = viewer_of(connection, session, now=now)
        if viewer is None:
            return Visit(request, page, now, form, idle=idle_session(connection, session, now=now))
        if is_activity(request) and now - viewer.last_used_at >= WRITTEN_EVERY:
            record_use(connection, session, now=now)
        privacy = privacy_settings(connection, viewer.organization_id)
    return Visit(request, page, now, form, session, viewer, privacy)
