"""A webhook secret that is bound to an account: it is valid for that account and for no other."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from integration.settings import Settings, SettingsError
from tests.patience import wait_until
from tests.web.conftest import OLDER_SECRET, Receiver, running, settings_with
from tests.web.deliveries import challenge_body, event_body

OWN = "secret-of-our-app"
BOUND = "secret-of-a-customers-app"
SHARED = "secret-of-two-accounts"
SECRETS = f"{OWN}, {BOUND}@acme-account,{SHARED}@one ,{SHARED}@two"


@pytest.fixture
def bound(database_url: str, tmp_path: Path) -> Iterator[Receiver]:
    with running(settings_with(tmp_path, secrets=SECRETS), database_url) as receiver:
        yield receiver


def post(receiver: Receiver, secret: str, body: bytes) -> int:
    return receiver.post(body, headers=receiver.signed(body, secret=secret)).status_code


def test_a_bound_secret_is_refused_for_another_account_as_a_wrong_signature(
    bound: Receiver,
) -> None:
    """A customer's admin knows the token of their own app, and could sign events of all others."""
    answers = {
        (secret, account): post(bound, secret, event_body(account_id=account))
        for secret in (OWN, BOUND, SHARED)
        for account in ("acme-account", "other-account", "one", "two", None)
    }
    accepted = {key for key, code in answers.items() if code == 204}
    assert set(answers.values()) == {204, 401}
    assert accepted == {
        *((OWN, account) for account in ("acme-account", "other-account", "one", "two", None)),
        (BOUND, "acme-account"),
        (SHARED, "one"),
        (SHARED, "two"),
    }
    assert len(bound.deliveries("zoom_account_id")) == len(accepted)
    refused = bound.metric('zoom_deliveries_refused_total{reason="signature"}')
    assert refused == len(answers) - len(accepted)


def test_what_a_bound_secret_signs_and_nobody_can_read_is_refused(bound: Receiver) -> None:
    assert (post(bound, BOUND, b"no JSON"), post(bound, OWN, b"no JSON")) == (401, 204)


@pytest.mark.parametrize("secret", [OWN, BOUND, SHARED])
def test_an_address_is_validated_with_each_secret(secret: str, bound: Receiver) -> None:
    assert post(bound, secret, challenge_body("token")) == 200
    assert post(bound, OLDER_SECRET, challenge_body("token")) == 401


def test_only_a_validation_of_the_installations_own_app_is_recorded(bound: Receiver) -> None:
    """A customer's app can be validated while that of the installation no longer is."""
    for secret in (BOUND, SHARED, OWN):
        post(bound, secret, challenge_body("token"))
    with psycopg.connect(bound.database_url, autocommit=True) as owner:
        recorded = "select count(*) from ingress.url_validations"
        wait_until(lambda: owner.execute(recorded).fetchone()[0] > 0)
        assert owner.execute(recorded).fetchone() == (1,)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("", True), (OWN, True), (SECRETS, True), (f"{BOUND}@one,{SHARED}@two", False)],
    ids=["not set here", "one for all accounts", "both", "each for one account"],
)
def test_an_installation_has_an_app_of_its_own_unless_each_secret_is_bound(
    value: str, expected: bool, tmp_path: Path
) -> None:
    assert Settings(tmp_path, {"ZOOM_WEBHOOK_SECRET_TOKEN": value}).has_own_app is expected


@pytest.mark.parametrize("value", ["@account", "secret@", f"{OWN},@"])
def test_a_secret_that_is_bound_to_nothing_is_named(value: str, tmp_path: Path) -> None:
    settings = Settings(tmp_path, {"ZOOM_WEBHOOK_SECRET_TOKEN": value})
    with pytest.raises(SettingsError, match="Write SECRET, or SECRET@ACCOUNT_ID"):
        _ = settings.webhook_secrets
