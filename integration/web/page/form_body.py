"""Reads the body of a form, with a file if its route takes one. Starlette's own reader does not
limit the total size.
"""

from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

from starlette.datastructures import FormData, UploadFile
from starlette.requests import ClientDisconnect, Request

from integration.web.page.refusals import Refusal, bad_form

FORM_LIMIT = 1 << 18  # our forms have a few kilobytes
FILE_LIMIT = 1 << 20  # a file of a few thousand lines
FILE, MOST_PARTS = "file", 20


async def read_form(request: Request, *, takes_file: bool = False) -> FormData:
    """The fields of a form. Raises a refusal that says what is wrong with it. A file is the field
    FILE, with a character for each byte: file_of() reads it.
    """
    kind = request.headers.get("content-type", "")
    if takes_file and kind.lower().startswith("multipart/form-data"):
        return _parts_of(await _read_body(request, limit=FILE_LIMIT), kind)
    body = await _read_body(request, limit=FORM_LIMIT)
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=5000)
    except ValueError as error:  # also: not UTF-8
        raise bad_form("The form has too many fields or is not valid text.") from error
    return FormData([(name, value.replace("\0", "")) for name, value in fields])


def file_of(form: FormData) -> bytes:
    """The content of the form's file, empty if there is none."""
    return str(form.get(FILE, "")).encode("latin-1", "replace")


def _parts_of(body: bytearray, kind: str) -> FormData:
    head = b"Content-Type: " + kind.encode("latin-1", "replace") + b"\r\n\r\n"
    parts = BytesParser(policy=HTTP).parsebytes(head + body).get_payload()
    if not isinstance(parts, list) or len(parts) > MOST_PARTS:
        raise bad_form("The form is incomplete.")
    fields: list[tuple[str, str | UploadFile]] = []
    for part in parts:
        if isinstance(part, str):
            raise bad_form("The form is incomplete.")
        value = part.get_payload(decode=True)
        name = part.get_param("name", header="content-disposition")
        if not isinstance(value, bytes) or not isinstance(name, str):
            raise bad_form("The form is incomplete.")
        is_file = name == FILE
        text = value.decode("latin-1") if is_file else value.decode("utf-8", "replace")
        fields.append((name, text if is_file else text.replace("\0", "")))
    return FormData(fields)


async def _read_body(request: Request, *, limit: int) -> bytearray:
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise Refusal(
                    413,
                    title="Too much data",
                    text="The form is too large. Nothing was changed.",
                    next_step="Split it into smaller parts.",
                )
    except ClientDisconnect as error:  # no one reads the response; this avoids a trace in the log
        raise bad_form("The form is incomplete.") from error
    return body
