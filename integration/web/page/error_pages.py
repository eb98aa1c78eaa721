"""Answers all errors on the page with a page that says what happened and the next step."""

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
from integration.web.page.app_context import AppContext
from integration.web.page.refusals import START, Refusal, not_found
from integration.web.page.visit import Visit
from integration.web.page.way_back import with_way_back
from integration.web.receiver.endpoint import receive
from integration.web.security import NEVER_CACHED, security_headers

logger = logging.getLogger(__name__)

NO_DATABASE = Refusal(
    503,
    title="This page is not available right now",
    text="Nothing was changed.",
    next_step=(
        "Try again in a minute. If the problem continues, contact the team that runs WorkSights."
    ),
)
OUR_ERROR = Refusal(
    500,
    title="Something went wrong",
    text="The problem is on our side.",
    next_step=(
        "Try again. If it happens again, contact the team that runs WorkSights and give the time."
    ),
)


def error_handlers(page: AppContext, *, is_https: bool) -> Mapping[Any, Callable[..., Response]]:
    """Exception -> handler, for Starlette. The handlers do not use the database."""

    def refused(request: Request, refusal: Refusal) -> Response:
        visit = getattr(request.state, "visit", None) or _anonymous_visit(request, page)
        refusal = with_way_back(refusal, request, visit.form)
        return page.templates.TemplateResponse(
            request,
            "page/refusal.html",
            {"visit": visit, "refusal": refusal},
            status_code=refusal.status,
        )

    def http_error(request: Request, error: HTTPException) -> Response:
        """For Starlette's own errors: unknown address, or method not allowed."""
        if request.scope.get("endpoint") is receive:
            return PlainTextResponse(error.detail, error.status_code, headers=error.headers)
        refusal = not_found()
        if error.status_code != 404:
            refusal = Refusal(
                error.status_code,
                title="This action is not available",
                text="This address cannot be used in this way.",
                next_step="Use the buttons and links on the page.",
                link=START,
            )
        return refused(request, refusal)

    def no_database(request: Request, error: psycopg.Error) -> Response:
        logger.error(
            "page not answered: %s. Start the database, or run worksights-zoom migrate.",
            type(error).__name__,
        )
        return refused(request, NO_DATABASE)

    def statement_failed(request: Request, error: psycopg.Error) -> Response:
        """For other database errors. Logs the trace without the message, which may quote a row."""
        trace = "".join(traceback.format_tb(error.__traceback__))
        logger.error("page not answered: %s\n%s", type(error).__name__, trace)
        return refused(request, OUR_ERROR)

    def setting_missing(request: Request, error: SettingsError) -> Response:
        logger.error("page not answered: %s", error)
        return refused(
            request,
            Refusal(
                503,
                title="This part of WorkSights is not set up yet",
                text="A setting is missing or invalid.",
                next_step="Contact the team that runs WorkSights.",
            ),
        )

    def our_error(request: Request, _error: Exception) -> Response:
        """For all other errors. Runs outside the middleware; the server logs the error."""
        response = refused(request, OUR_ERROR)
        response.headers.update(security_headers(is_https=is_https))
        response.headers["Cache-Control"] = NEVER_CACHED
        return response

    return {
        Refusal: refused,
        HTTPException: http_error,
        psycopg.OperationalError: no_database,  # includes PoolTimeout, raised by a full pool
        psycopg.errors.UndefinedTable: no_database,
        psycopg.errors.InvalidSchemaName: no_database,
        psycopg.Error: statement_failed,
        SettingsError: setting_missing,
        Exception: our_error,
    }


def _anonymous_visit(request: Request, page: AppContext) -> Visit:
    """A visit for a request that failed before its viewer was looked up."""
    return Visit(request, page, datetime.now(UTC), FormData())
