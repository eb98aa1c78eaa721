"""An account of which everything is reported, unless a test changes it."""

from typing import Any

from integration.connections.reported import Reported


def account(**changed: Any) -> Reported:
    return Reported(**{
        "connection_id": "c1", "organization_id": "acme", "zoom_account_id": "A1", "label": None,
        "scope": "user:read:admin", "scope_reduced_at": None, "is_server_to_server": False,
        "has_phone": True, "switched_off": (), "features_left_out": (), "lacks_events": None,
        "subscription_detail": None, "subscription_is_ours": False, "subscription_read_at": None,
        "received_events": {}, **changed,
    })  # fmt: skip
