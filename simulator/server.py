"""The Zoom simulator as an ASGI app: OAuth, REST, and the controls for tests."""

from __future__ import annotations

import json

from starlette.applications import Starlette

from simulator import (
    call_history,
    control,
    control_app,
    control_history,
    oauth,
    reports,
    rest,
    subscriptions,
    webhook_log,
)
from simulator.world import World


def create_app(world: World) -> Starlette:
    app = Starlette(
        routes=[
            *oauth.ROUTES,
            *rest.ROUTES,
            *reports.ROUTES,
            *call_history.ROUTES,
            *webhook_log.ROUTES,
            *subscriptions.ROUTES,
            *control.ROUTES,
            *control_history.ROUTES,
            *control_app.ROUTES,
        ],
        exception_handlers={json.JSONDecodeError: control.not_json},
    )
    app.state.world = world
    return app
