"""Translates the dbt project for Dagster: names, groups and freshness policy of its assets."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtProject

from integration.pipeline.dbt import project as product

# Not `prepare_if_dev`, which replaces what the first batch starts from (parsed_project.py).
product.ensure_manifest()
dbt_project = DbtProject(project_dir=product.FOLDER, profiles_dir=product.FOLDER)
MARTS = ("timeline", "clientsights", "operations")

# Users are imported every 6 hours, so even a quiet installation derives its tables that often.
# Views always show the current rows of their tables, so they need no policy.
FRESHNESS = dg.FreshnessPolicy.time_window(
    fail_window=timedelta(hours=13), warn_window=timedelta(hours=7)
)


class Translator(DagsterDbtTranslator):
    """Names assets after their tables and groups them by schema."""

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = manifest["nodes"].get(unique_id, {})  # a source has no node here
        is_table = node.get("config", {}).get("materialized", "view") != "view"
        return spec.replace_attributes(
            group_name=spec.key.path[0],
            kinds={"dbt", "postgres"},
            owners=["team:data-platform"],
            freshness_policy=FRESHNESS if is_table and spec.key.path[0] in MARTS else None,
        )
