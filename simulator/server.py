"""The Zoom simulator as an ASGI app: OAuth, REST, and the controls for tests."""

from __future__ import annotations

import json

from starlette.applications import Starlette

from simulator import call_history, control, control_history, oauth, reports, rest
from simulator.world import World


def create_app(world: World) -> Starlette:
    app = Starlette(
        routes=[
            *oauth.ROUTES,
            *rest.ROUTES,
            *reports.ROUTES,
            *call_history.ROUTES,
            *control.ROUTES,
            *control_history.ROUTES,
        ],
        exception_handlers={json.JSONDecodeError: control.not_json},
    )
    app.state.world = world
    return app
