"""Tables that the assets read but do not materialize, as dbt describes them."""

import dagster as dg

from integration.pipeline.dbt.project import read_manifest
from orchestration.dbt_project import Translator, dbt_project

# The sources of dbt that an asset of ours materializes, and describes itself.
MATERIALIZED = {
    ("clientsights_raw", "display_names"),
    ("clientsights_raw", "email_addresses"),
    ("integration", "connections"),
    ("pipeline", "setting_changes"),
    ("pipeline", "settings"),
    ("zoom_raw", "events"),
    ("zoom_raw", "healed_days"),
    ("zoom_raw", "phone_users"),
    ("zoom_raw", "users"),
}


def _sources() -> list[dg.AssetSpec]:
    manifest, translator = read_manifest(), Translator()
    return [
        translator.get_asset_spec(manifest, unique_id, dbt_project).replace_attributes(
            kinds={"postgres"}
        )
        for unique_id, source in manifest["sources"].items()
        if (source["schema"], source["name"]) not in MATERIALIZED
        and any(child.startswith("model.") for child in manifest["child_map"][unique_id])
    ]


sources = _sources()
