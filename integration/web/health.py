"""The routes for monitoring: liveness, readiness, and metrics without customers' names."""

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

DATABASE_UP = """\
# HELP zoom_database_up 1 if this process can use the database, else 0
# TYPE zoom_database_up gauge
zoom_database_up {:d}
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
        figures = await state.figures.text()
        is_up = figures is not None
    else:
        figures, is_up = None, await state.readiness.is_ready()
    return Response(
        generate_latest(state.registry) + DATABASE_UP.format(is_up).encode() + (figures or b""),
        headers={"Content-Type": CONTENT_TYPE_LATEST},
    )


ROUTES = (
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/metrics", show_metrics),
)
