"""The routes for monitoring: liveness, readiness, and metrics without customers' names."""

import asyncio

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from integration.web.metrics.port import PATH as METRICS_PATH

WAIT_SECONDS = 3.0  # for the database: Prometheus gives up after 10
DATABASE_UP = """\
# HELP zoom_database_up 1 if this process can use the database, as /readyz says, else 0
# TYPE zoom_database_up gauge
zoom_database_up {:d}
"""
FIGURES_READ = """\
# HELP zoom_figures_read 1 if the figures of the installation could be read, else 0
# TYPE zoom_figures_read gauge
zoom_figures_read {:d}
"""
STOPPING = "The process is stopping. Send requests to another one.\n"


async def healthz(_request: Request) -> Response:
    """GET /healthz: 200 while the process is alive."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    """GET /readyz: 200 if a delivery could be committed now, else 503 with the next step. Of a
    process with only the page: if a page could be answered. 503 once the process is stopping.
    """
    if request.app.state.stopping.is_stopping:
        return PlainTextResponse(STOPPING, status_code=503)
    readiness = request.state.readiness
    if await readiness.is_ready():
        return PlainTextResponse("ready\n")
    return PlainTextResponse(readiness.next_step, status_code=503)


async def show_metrics(request: Request) -> Response:
    """GET /metrics: the metrics of the process and the figures of the database, in Prometheus' text
    format. A process with only the receiver cannot read the figures.
    """
    state = request.state
    if hasattr(state, "figures"):
        is_up, figures = await asyncio.gather(
            state.readiness.is_ready_within(WAIT_SECONDS), state.figures.text(WAIT_SECONDS)
        )
        of_installation = FIGURES_READ.format(figures is not None).encode() + (figures or b"")
    else:
        is_up, of_installation = await state.readiness.is_ready_within(WAIT_SECONDS), b""
    return Response(
        generate_latest(state.registry) + DATABASE_UP.format(is_up).encode() + of_installation,
        headers={"Content-Type": CONTENT_TYPE_LATEST},
    )


ROUTES = (
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route(METRICS_PATH, show_metrics),
)
