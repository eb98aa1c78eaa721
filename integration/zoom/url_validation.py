"""The response to Zoom's URL validation (`endpoint.url_validation`), which proves that a receiver
knows the secret token.
"""

import re

from integration.zoom.signature import hmac_hex

# Zoom sends 22 characters. A token with a colon could be a forged `v0:<timestamp>:<body>`: the
# answer would be a valid signature for a message of the sender's choice.
PLAIN_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def validation_answer(plain_token: object, *, secret: str) -> dict[str, str] | None:
    """The response to a URL validation; None for a token that must not be signed."""
    if not isinstance(plain_token, str) or not PLAIN_TOKEN.fullmatch(plain_token):
        return None
    return {
        "plainToken": plain_token,
        "encryptedToken": hmac_hex(secret, plain_token.encode("ascii")),
    }
