"""Explains what was found at the address that Zoom's webhooks are sent to."""

from integration.zoom.endpoint_check import Finding, Found

NOT_HTTPS = "Zoom sends only to addresses that start with https://."
FROM_HERE = (
    "The check was made from the WorkSights server. If webhooks still do not arrive, check that "
    "your firewall lets Zoom's requests through."
)
TEAM = "Contact the team that runs WorkSights."
# In the words of an admin: what is wrong, and what to do.
_PROBLEMS = {
    Finding.OTHER_SECRET: (
        "A receiver answers at this address, but it does not accept this app's secret token. It "
        f"may belong to another installation. {TEAM}"
    ),
    Finding.NOT_OURS: (
        "Something other than the receiver answers at this address (HTTP {status}). A proxy "
        f"may be failing to forward requests for /webhooks/zoom. {TEAM}"
    ),
    Finding.REDIRECT: (
        "The address redirects to another one (HTTP {status}). Zoom follows no redirects, so this "
        f"address must answer directly. {TEAM}"
    ),
    Finding.FAILING: (
        "The receiver answers with an error (HTTP {status}). Zoom retries webhooks for about "
        f"an hour and a half. {TEAM}"
    ),
    Finding.NO_NAME: f"The name in this address cannot be found on the internet. {TEAM}",
    Finding.CERTIFICATE: (
        "The certificate of this address is not valid, so Zoom does not send to it. " + TEAM
    ),
    Finding.TOO_SLOW: f"Nothing answered at this address within five seconds. {TEAM}",
    Finding.UNREACHABLE: f"WorkSights could not connect to this address. {TEAM}",
}


def explained(address: str, found: Found) -> tuple[str, bool]:
    """(what was found, whether that is good)."""
    if found.finding is not Finding.RECEIVER:
        return _PROBLEMS[found.finding].format(status=found.status), False
    if not address.startswith("https://"):
        return (
            f"The receiver answers at this address. However, {NOT_HTTPS}",
            False,
        )
    return f"The receiver answers at this address as Zoom expects. {FROM_HERE}", True
