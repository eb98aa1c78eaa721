"""A port of its own for `/metrics`, so that the public port does not serve them."""

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

PATH = "/metrics"
NOT_HERE = "Not found\n"


class MetricsPort:
    """The port of one app's metrics; None if they share the port of everything else."""

    def __init__(self) -> None:
        self.number: int | None = None

    def has(self, scope: Scope) -> bool:
        """Whether this port answers the request."""
        if self.number is None:
            return True
        _address, port = scope["server"]
        return bool((port == self.number) == (scope["path"] == PATH))


class OnlyOnItsPort:
    """Middleware. If the metrics have a port of their own, they are only there, and nothing else
    is.
    """

    def __init__(self, app: ASGIApp, *, port: MetricsPort) -> None:
        self._app = app
        self._port = port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._port.has(scope):
            await self._app(scope, receive, send)
        else:
            await PlainTextResponse(NOT_HERE, status_code=404)(scope, receive, send)
