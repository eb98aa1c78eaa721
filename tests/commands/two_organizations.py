"""Two organizations with one address in common."""

PEOPLE = """
    insert into worksights.organizations (organization_id, name)
    values ('acme', 'Acme'), ('globex', 'Globex');
    insert into worksights.users (
        user_id, organization_id, email, full_name, role, deactivated_at
    )
    values
        ('anna', 'acme', 'anna@acme.example', 'Anna', 'executive', null),
        ('both-acme', 'acme', 'both@acme.example', 'Both', 'member', null),
        ('both-globex', 'globex', 'both@acme.example', 'Both', 'member', null),
        ('gone', 'acme', 'gone@acme.example', 'Gone', 'member', '2025-01-01');
"""
ACME_AND_OTHER = """
    insert into worksights.organizations values ('acme', 'Acme'), ('other', 'Other');
    insert into worksights.users (user_id, organization_id, email, full_name, role) values
        ('ann', 'acme', 'ann@acme.example', 'Ann Ash', 'admin'),
        ('both', 'acme', 'both@acme.example', 'B', 'admin'),
        ('both-2', 'other', 'both@acme.example', 'B', 'admin')
"""
