"""Reads a delivery's body, up to a limit (contract, section 4)."""

from starlette.requests import Request

BODY_LIMIT = 1 << 20  # bytes; Zoom's events have a few kilobytes


async def read_body(request: Request) -> bytes | None:
    """The raw body, or None if it exceeds the limit. Keeps at most the limit in memory."""
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
