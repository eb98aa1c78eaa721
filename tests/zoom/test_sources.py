"""What healing compares is decided in one place, and dbt says the same."""

import re

from integration.settings import PROJECT
from integration.zoom.features import FEATURES
from integration.zoom.sources import FEATURES_OF, SOURCES

HEALED_DAYS = PROJECT / "dbt_project/models/staging/zoom/stg_zoom__healed_days.sql"
LISTED = re.compile(r"'(\w+)' as feature,.*?where source = '(\w+)'", re.DOTALL)


def test_dbt_knows_which_source_lists_a_feature() -> None:
    assert LISTED.findall(HEALED_DAYS.read_text()) == [
        (feature, source) for source in SOURCES for feature in FEATURES_OF[source]
    ]


def test_each_feature_is_listed_by_one_source() -> None:
    assert [feature for source in SOURCES for feature in FEATURES_OF[source]] == list(FEATURES)
