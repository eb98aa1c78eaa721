"""The webhook endpoint: Zoom's deliveries go into `ingress.deliveries`, and a 2xx means that they
are on disk.

It decides only whether a delivery is kept. Zoom never repeats what was answered with a 4xx, so
apart from requests that are too large or not signed everything is taken. Bodies, header values and
names are never logged.
"""

import hashlib
import logging
from datetime import UTC, datetime
from functools import partial

import psycopg
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from integration.web.receiver.deliveries import store_delivery, with_connection
from integration.web.receiver.verdict import Verdict, judge
from integration.zoom.envelope import Envelope, open_envelope
from integration.zoom.signature import challenge_answer, is_timely, verifying_secret

BODY_LIMIT = 1 << 20  # Zoom's events have a few kilobytes
CHALLENGE_EVENT = "endpoint.url_validation"

logger = logging.getLogger(__name__)


async def receive(request: Request) -> Response:
    """POST /webhooks/zoom: 204 stored, 200 challenge, 400, 401, 413 refused, 503 try again."""
    state = request.state
    with state.metrics.seconds.time():
        try:
            body = await _read_body(request)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        if body is None:
            return _refused(request, "too_large", status=413)

        timestamp = request.headers.get("x-zm-request-timestamp")
        secret = verifying_secret(
            body,
            timestamp=timestamp,
            signature=request.headers.get("x-zm-signature"),
            secrets=state.webhook_secrets,
        )
        if secret is None or timestamp is None:
            return _refused(request, "signature", status=401)
        if not is_timely(timestamp, now=datetime.now(UTC)):
            return _refused(request, "stale", status=401)

        envelope = open_envelope(body)
        if envelope.event == CHALLENGE_EVENT:
            return _answer_challenge(envelope, secret)
        return await _store(request, body, judge(envelope))


async def _read_body(request: Request) -> bytes | None:
    """The raw body, or None when it is over the limit; never holds more than that and a chunk."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and (
        len(declared) > len(str(BODY_LIMIT)) or int(declared) > BODY_LIMIT
    ):
        return None
    body = bytearray()
    async for chunk in request.stream():
        if len(body) + len(chunk) > BODY_LIMIT:
            return None
        body += chunk
    return bytes(body)


def _refused(request: Request, reason: str, *, status: int) -> Response:
    """An empty answer: which check failed is nobody's business but ours."""
    request.state.metrics.refused.note(reason)
    return Response(status_code=status)


def _answer_challenge(envelope: Envelope, secret: str) -> Response:
    answer = challenge_answer(envelope.payload.get("plainToken"), secret=secret)
    if answer is None:
        logger.warning("URL validation rejected: the plainToken is not valid")
        return Response(status_code=400)
    return JSONResponse(answer)


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
        # Only the kind of error: the message of some quotes the row.
        logger.error("delivery not stored: %s", type(error).__name__)
        return Response(status_code=503)
    state.readiness.record_success()
    state.metrics.deliveries.labels(verdict.disposition).inc()
    return Response(status_code=204)
