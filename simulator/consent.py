"""The consent page: which app asks, for which account, and what it may read. Allow or decline."""

from __future__ import annotations

from html import escape
from pathlib import Path
from string import Template

from simulator.world import SCOPES, Account, World

APP = "WorkSights"
MEANINGS = {
    "user:read:list_users:admin": "View the users of the account",
    "user:read:user:admin": "View a user: name, email, department and time zone",
    "phone:read:list_users:admin": "View who has Zoom Phone, with extension and number",
    "meeting:read:meeting:admin": "View when meetings start and end",
    "meeting:read:participant:admin": "View who joins and leaves meetings",
    "webinar:read:webinar:admin": "View when webinars start and end",
    "webinar:read:participant:admin": "View who joins and leaves webinars",
    "phone:read:call_log:admin": "View a call: both sides and its times",
    "report:read:user:admin": "View which meetings and webinars a user has hosted",
    "meeting:read:past_meeting:admin": "View a past meeting",
    "meeting:read:list_past_participants:admin": "View who was in a past meeting",
    "webinar:read:list_past_participants:admin": "View who was in a past webinar",
    "phone:read:list_call_logs:admin": "View the account's call history",
}
_PAGE = Template((Path(__file__).parent / "consent.html").read_text())


def consent_page(world: World, *, client: str) -> str:
    """`client` is the host that the answer is sent to. The account to connect next is chosen."""
    accounts = list(world.accounts.values())
    without_access = [one for one in accounts if not world.grants.has_access(one.id)]
    chosen = (without_access or accounts)[-1]
    return _PAGE.substitute(
        app=escape(APP),
        client=escape(client),
        accounts="".join(_choice(world, one, is_chosen=one is chosen) for one in accounts),
        scopes="".join(
            f"<li>{escape(MEANINGS[scope])} <code>{escape(scope)}</code></li>"
            for scope in SCOPES.split()
        ),
    )


def _choice(world: World, account: Account, *, is_chosen: bool) -> str:
    owner, users = account.company.owner, len(account.users)
    has_access = world.grants.has_access(account.id)
    return (
        f'<label class="account"><input type="radio" name="account" value="{escape(account.id)}"'
        f"{' checked' if is_chosen else ''}><span><strong>{escape(account.company.name)}</strong>"
        f"{'<em>has access</em>' if has_access else ''}"
        f"<small>{users} users · signed in as {escape(owner.email)}, account owner<br>"
        f"<code>{escape(account.id)}</code></small></span></label>"
    )
