"""What a part of the app, the receiver or the page, consists of."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute


@dataclass(frozen=True)
class Part:
    """`run` yields what its requests need in `request.state`, `readiness` and `registry` among it.
    `is_https`: browsers may use no other way from now on.
    """

    routes: Sequence[BaseRoute]
    run: Callable[[], AbstractAsyncContextManager[Mapping[str, Any]]]
    is_https: bool = False
    error_handlers: Mapping[Any, Callable[..., Response]] = field(default_factory=dict)
