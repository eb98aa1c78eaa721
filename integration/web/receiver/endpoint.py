"""The webhook endpoint. It stores Zoom's deliveries in `ingress.deliveries`; a 2xx means that they
are on disk.

It decides only whether a delivery's body is kept. Zoom does not retry after a 4xx, so everything is
accepted except requests that are too large or not signed. Bodies, header values and names are never
logged.
"""

import hashlib
import logging
from datetime import UTC, datetime
from functools import partial

import psycopg
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from integration.web.receiver.body import read_body
from integration.web.receiver.deliveries import store_delivery, with_connection
from integration.web.receiver.verdict import Verdict, judge
from integration.zoom.envelope import Envelope, open_envelope
from integration.zoom.http import USER_AGENT
from integration.zoom.signature import WebhookSecret, is_timely, verifying_secret
from integration.zoom.url_validation import validation_answer

CHALLENGE_EVENT = "endpoint.url_validation"

logger = logging.getLogger(__name__)


async def receive(request: Request) -> Response:
    """POST /webhooks/zoom: 204 stored, 200 challenge; 400, 401 or 413 rejected; 503 retry."""
    state = request.state
    with state.metrics.seconds.time():
        try:
            body = await read_body(request)
        except ClientDisconnect:
            return Response(status_code=400)  # no one reads it
        if body is None:
            return _rejected(request, "too_large", status=413)

        timestamp = request.headers.get("x-zm-request-timestamp")
        secret = verifying_secret(
            body,
            timestamp=timestamp,
            signature=request.headers.get("x-zm-signature"),
            secrets=state.webhook_secrets,
        )
        if secret is None or timestamp is None:
            return _rejected(request, "signature", status=401)
        if not is_timely(timestamp, now=datetime.now(UTC)):
            return _rejected(request, "stale", status=401)

        envelope = open_envelope(body)
        if envelope.event == CHALLENGE_EVENT:
            return _answer_challenge(request, envelope, secret)
        if not secret.is_valid_for(envelope.zoom_account_id):
            return _rejected(request, "signature", status=401)
        return await _store(request, body, judge(envelope))


def _rejected(request: Request, reason: str, *, status: int) -> Response:
    """An empty response: clients must not learn which check failed."""
    request.state.metrics.rejected.count(reason)
    return Response(status_code=status)


def _answer_challenge(request: Request, envelope: Envelope, secret: WebhookSecret) -> Response:
    answer = validation_answer(envelope.payload.get("plainToken"), secret=secret.token)
    if answer is None:
        logger.warning("URL validation rejected: the plainToken is not valid")
        return Response(status_code=400)
    is_own_check = request.headers.get("user-agent") == USER_AGENT
    is_own_app = secret.accounts is None
    counts = is_own_app and not is_own_check
    after = BackgroundTask(request.state.validations.record) if counts else None
    return JSONResponse(answer, background=after)


async def _store(request: Request, body: bytes, verdict: Verdict) -> Response:
    state = request.state
    insert = partial(
        store_delivery,
        event=verdict.event,
        zoom_account_id=verdict.zoom_account_id,
        disposition=verdict.disposition,
        reason=verdict.reason,
        body=body if verdict.keeps_body else None,
        body_size=len(body),
        body_sha256=hashlib.sha256(body).hexdigest(),
    )
    try:
        await with_connection(state.pool, insert)
    except psycopg.Error as error:
        state.metrics.unavailable.inc()
        state.readiness.record_failure(error)
        # Only the error's type: some messages quote the row.
        logger.error("delivery not stored: %s", type(error).__name__)
        return Response(status_code=503)
    state.readiness.record_success()
    state.metrics.deliveries.labels(verdict.disposition).inc()
    return Response(status_code=204, background=BackgroundTask(state.validations.retry))
