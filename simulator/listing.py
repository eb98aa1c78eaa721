"""One page of a list as a response, with the fields around it that its document names."""

from __future__ import annotations

import math
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulator.admission import refuse
from simulator.arrival import world_of
from simulator.paging import PagingError, page_of


def page(
    request: Request,
    rows: list[dict[str, Any]],
    *,
    what: str,
    array: str,
    around: tuple[str, ...] = ("page_count", "page_size", "total_records"),
    more: dict[str, Any] | None = None,
) -> Response:
    """`what` names the list, so that its tokens work for no other; `array` holds the rows."""
    try:
        one = page_of(rows, request.query_params, what=what, now=world_of(request).now())
    except PagingError as error:
        return refuse(400, 300, message=str(error))
    known = {
        "page_count": math.ceil(len(rows) / one.size),
        "page_number": one.number,
        "page_size": one.size,
        "total_records": len(rows),
    }
    return JSONResponse(
        {
            "next_page_token": one.next_token,
            **{name: known[name] for name in around},
            **(more or {}),
            array: one.rows,
        }
    )
