"""Reads the body of a form. Starlette's own reader does not limit the total size."""

from urllib.parse import parse_qsl

from starlette.datastructures import FormData
from starlette.requests import ClientDisconnect, Request

from integration.web.page.refusals import Refusal, bad_form

FORM_LIMIT = 1 << 18  # our forms have a few kilobytes


async def read_form(request: Request) -> FormData:
    """The fields of a form. Raises a refusal that says what is wrong with it."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > FORM_LIMIT:
                raise Refusal(
                    413,
                    title="Too much data",
                    text="The form is too large. Nothing was changed.",
                    next_step="Split it into smaller parts.",
                )
    except ClientDisconnect as error:  # no one reads the response; this avoids a trace in the log
        raise bad_form("The form is incomplete.") from error
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=5000)
    except ValueError as error:  # also: not UTF-8
        raise bad_form("The form has too many fields or is not valid text.") from error
    return FormData([(name, value.replace("\0", "")) for name, value in fields])
