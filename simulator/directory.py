"""A company's users in the format of Zoom's REST lists."""

from __future__ import annotations

from typing import Any

from simulator.company import Company, ZoomUser
from simulator.wire import iso

RestUser = dict[str, Any]


def rest_users(company: Company) -> list[RestUser]:
    return [_rest_user(user) for user in company.users]


def rest_phone_users(company: Company) -> list[RestUser]:
    return [
        {
            "id": user.id,
            "email": user.email,
            "name": user.full_name,
            "extension_id": user.line.extension_id,
            "extension_number": user.line.extension_number,
            "phone_numbers": [{"id": user.line.extension_id, "number": user.line.number}],
            "status": "activate",
            "department": user.department,
        }
        for user in company.users
        if user.line is not None
    ]


def _rest_user(user: ZoomUser) -> RestUser:
    """A pending user has neither id nor names."""
    fields: RestUser = {
        "email": user.email,
        "type": user.type,
        "status": user.status,
        "dept": user.department,
        "verified": 0,
        "created_at": iso(user.created_at),
    }
    if user.id is None:
        return fields
    return {
        "id": user.id,
        **fields,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "display_name": user.full_name,
        "timezone": user.office.time_zone,
        "pmi": user.pmi,
        "role_id": {"Owner": "0", "Admin": "1"}.get(user.zoom_role, "2"),
        "verified": 1,
        "user_created_at": iso(user.created_at),
        "last_client_version": "6.4.1.5001(mac)",
    }
