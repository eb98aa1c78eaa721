"""The webhook of notifications: its signature, and which receivers are refused."""

import base64
from pathlib import Path

import pytest

from integration.notify import webhook
from integration.notify.webhook import signature
from integration.settings import Settings, SettingsError
from tests.notify.watched import SECRET


def test_the_signature_is_that_of_the_specifications_example() -> None:
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    made = signature(
        [key, key],
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "1614265330",
        b'{"test": 2432232314}',
    )
    example = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert made == f"{example} {example}"


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("http://host.example/hooks", SECRET),
        ("ftp://host.example", SECRET),
        ("https:///hooks", SECRET),
        ("https://host.example/hooks", ""),
        ("https://host.example/hooks", SECRET.removeprefix("whsec_")),
        ("https://host.example/hooks", "whsec_dG9vIHNob3J0"),
        ("https://host.example/hooks", f"{SECRET},whsec_%"),
    ],
)
def test_an_unsafe_receiver_is_refused(url: str, secret: str, tmp_path: Path) -> None:
    values = {"NOTIFICATION_WEBHOOK_URL": url, "NOTIFICATION_WEBHOOK_SECRET": secret}
    with pytest.raises(SettingsError, match="NOTIFICATION_WEBHOOK"):
        webhook.webhook(Settings(home=tmp_path, values=values))
