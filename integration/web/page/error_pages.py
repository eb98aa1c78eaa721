"""Whatever goes wrong on the page is answered with a page: a plain sentence and the next step."""

import logging
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import psycopg
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from integration.settings import SettingsError
from integration.web.page.refusals import START, Refusal, not_found
from integration.web.page.visit import Page, Visit
from integration.web.receiver.endpoint import receive
from integration.web.security import KEPT_NOWHERE, security_headers

logger = logging.getLogger(__name__)

NO_DATABASE = Refusal(
    503,
    title="This page is not available right now",
    text="Nothing was changed.",
    next_step=(
        "Try again in a minute. If the problem continues, contact the team that runs WorkSights."
    ),
)
OUR_MISTAKE = Refusal(
    500,
    title="Something went wrong",
    text="The problem is on our side.",
    next_step=(
        "Try again. If it happens again, tell the team that runs WorkSights what time it happened."
    ),
)


def error_handlers(page: Page, *, is_https: bool) -> Mapping[Any, Callable[..., Response]]:
    """For Starlette: what was raised -> the answer. None of them asks the database."""

    def refused(request: Request, refusal: Refusal) -> Response:
        visit = getattr(request.state, "visit", None) or _stranger(request, page)
        return page.templates.TemplateResponse(
            request,
            "page/refusal.html",
            {"visit": visit, "refusal": refusal},
            status_code=refusal.status,
        )

    def not_answered(request: Request, error: HTTPException) -> Response:
        """Starlette's own: no such address, or not with this method."""
        if request.scope.get("endpoint") is receive:
            return PlainTextResponse(error.detail, error.status_code, headers=error.headers)
        refusal = not_found()
        if error.status_code != 404:
            refusal = Refusal(
                error.status_code,
                title="This action is not available",
                text=f"{error.detail}.",
                next_step="Use the buttons and links on the page.",
                step=START,
            )
        return refused(request, refusal)

    def no_database(request: Request, error: psycopg.Error) -> Response:
        logger.error(
            "page not answered: %s. Start the database, or run worksights-zoom migrate.",
            type(error).__name__,
        )
        return refused(request, NO_DATABASE)

    def statement_failed(request: Request, error: psycopg.Error) -> Response:
        """A mistake of ours, too. The trace is logged without the message: that may quote a row."""
        trace = "".join(traceback.format_tb(error.__traceback__))
        logger.error("page not answered: %s\n%s", type(error).__name__, trace)
        return refused(request, OUR_MISTAKE)

    def setting_missing(request: Request, error: SettingsError) -> Response:
        logger.error("page not answered: %s", error)
        return refused(
            request,
            Refusal(
                503,
                title="This feature is not set up yet",
                text="A setting is missing or invalid.",
                next_step="Contact the team that runs WorkSights.",
            ),
        )

    def our_mistake(request: Request, _error: Exception) -> Response:
        """Given outside the middleware; the server logs the error."""
        response = refused(request, OUR_MISTAKE)
        response.headers.update(security_headers(is_https=is_https))
        response.headers["Cache-Control"] = KEPT_NOWHERE
        return response

    return {
        Refusal: refused,
        HTTPException: not_answered,
        psycopg.OperationalError: no_database,  # a full pool's PoolTimeout is one
        psycopg.errors.UndefinedTable: no_database,
        psycopg.errors.InvalidSchemaName: no_database,
        psycopg.Error: statement_failed,
        SettingsError: setting_missing,
        Exception: our_mistake,
    }


def _stranger(request: Request, page: Page) -> Visit:
    """For an address that nobody was looked up for."""
    return Visit(request, page, datetime.now(UTC), FormData())
