"""The Zoom simulator over HTTP, with the first steps of most tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

from simulator.world import World

CLIENT = ("the-client", "the-client-secret")
REDIRECT = "http://127.0.0.1:1/callback"
SECOND_ACCOUNT_ID = "SecondAccount000000000"


@dataclass
class Zoom:
    url: str
    world: World
    http: requests.Session

    def authorize(self, **query: str) -> requests.Response:
        asked = {"response_type": "code", "client_id": CLIENT[0], "redirect_uri": REDIRECT, **query}
        return self.http.get(f"{self.url}/oauth/authorize", params=asked, allow_redirects=False)

    def code(self, **query: str) -> str:
        return self.authorize(**query).headers["location"].split("code=")[1].split("&")[0]

    def token(self, **form: str) -> requests.Response:
        return self.http.post(f"{self.url}/oauth/token", data=form, auth=CLIENT)

    def redeem(self, code: str, **form: str) -> requests.Response:
        needed = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
        return self.token(**{**needed, **form})

    def refresh(self, refresh_token: str) -> requests.Response:
        return self.token(grant_type="refresh_token", refresh_token=refresh_token)

    def connect(self) -> dict[str, Any]:
        """The token response after a new consent."""
        return self.redeem(self.code()).json()

    def get(self, path: str, access_token: str, **query: Any) -> requests.Response:
        bearer = {"authorization": f"Bearer {access_token}"}
        return self.http.get(f"{self.url}{path}", params=query, headers=bearer)

    def control(self, name: str, **fields: Any) -> requests.Response:
        return self.http.post(f"{self.url}/_control/{name}", json=fields)

    def calls(self) -> list[dict[str, Any]]:
        return self.http.get(f"{self.url}/_control/calls").json()
