"""A step before dbt that fails for one organization works for the others; the failure is listed."""

from typing import Any

import pytest

from integration.pipeline.addresses import deciding
from tests.faults.story import BAD, FIRST_BATCH, GOOD, deliver_a_morning, of, state
from tests.pipeline.installation import Installation

EXCLUSIONS = "facts.exclusions"


def failing(installation: Installation) -> set[tuple[str, str, str]]:
    return set(
        installation.execute("select organization_id, model, error from operations.failed_sessions")
    )


def exclude_the_client(installation: Installation) -> None:
    for organization in (BAD, GOOD):
        installation.execute(
            "insert into integration.exclusions (organization_id, email_or_domain) "
            "values (%s, 'client-one.com')",
            [organization],
        )


def clients(installation: Installation) -> set[str]:
    rows = installation.execute("select distinct organization_id from clientsights.people")
    return {organization for (organization,) in rows}


def test_unreadable_settings_affect_only_their_organization(
    morning: Installation,
) -> None:
    assert clients(morning) == {BAD, GOOD}
    definition = morning.value("select pg_get_viewdef(%s::regclass)", [EXCLUSIONS])
    body = definition.strip().rstrip(";")
    morning.execute(
        f"create or replace view {EXCLUSIONS} as select * from ({body}) as planted "  # noqa: S608
        f"where 1 / (case when organization_id = '{BAD}' then 0 else 1 end) = 1"
    )
    exclude_the_client(morning)
    assert morning.batch(now=FIRST_BATCH).success
    assert clients(morning) == {BAD}  # it keeps the settings it had
    assert failing(morning) == {(BAD, "pipeline.settings", "22012")}

    morning.execute(f"create or replace view {EXCLUSIONS} as {definition}")
    morning.batch(now=FIRST_BATCH)
    assert clients(morning) == set()
    assert failing(morning) == set()


def test_an_address_that_cannot_be_classified_affects_only_its_organization(
    installation: Installation,
) -> None:
    deliver_a_morning(installation)
    classify = deciding.classify
    bad_rules: list[Any] = []

    def failing_for_one(address: str, rules: Any) -> Any:
        if address.endswith(f"@{BAD}.example") or rules in bad_rules:
            bad_rules.append(rules)
            raise RecursionError(address)
        return classify(address, rules)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deciding, "classify", failing_for_one)
        assert installation.batch(now=FIRST_BATCH).success
    assert clients(installation) == {GOOD}
    assert failing(installation) == {(BAD, "clientsights_raw.email_addresses", "RecursionError")}
    with_a_fault = of(GOOD, state(installation))

    installation.batch(now=FIRST_BATCH)
    assert clients(installation) == {BAD, GOOD}
    assert failing(installation) == set()
    assert of(GOOD, state(installation)) == with_a_fault
