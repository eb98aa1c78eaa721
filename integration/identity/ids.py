"""Ids of people and companies: equal in every rebuild, different in every organization."""

from uuid import UUID, uuid5

# Must never change: all ids would change with it.
NAMESPACE = UUID("60eb449d-384b-444d-abe6-db0fbadf55b2")


def person_id(organization_id: str, person_key: str) -> str:
    return str(uuid5(NAMESPACE, f"{organization_id}:person:{person_key}"))


def company_id(organization_id: str, company_key: str) -> str:
    return str(uuid5(NAMESPACE, f"{organization_id}:company:{company_key}"))
