"""Reads the project's models from its manifest: which are views, and which reads which.

The facts (dbt_project/models/facts) are apart: a batch reads them before it derives the others.
"""

from collections.abc import Iterable
from graphlib import TopologicalSorter

from integration.pipeline.dbt.project import Manifest

# In dbt's selection syntax.
ALL_TABLES = "config.materialized:incremental"
FACTS = "fqn:worksights_zoom.facts"


def facts_of(manifest: Manifest) -> set[str]:
    """dbt's unique ids of the facts."""
    return {
        node
        for node, props in manifest["nodes"].items()
        if props["resource_type"] == "model" and props["fqn"][1] == "facts"
    }


def models_of(manifest: Manifest) -> set[str]:
    """dbt's unique ids of all models that a batch derives."""
    models = {
        node for node, props in manifest["nodes"].items() if props["resource_type"] == "model"
    }
    return models - facts_of(manifest)


def views_of(manifest: Manifest) -> set[str]:
    """dbt's unique ids of those models that are views."""
    return {
        node
        for node in models_of(manifest)
        if manifest["nodes"][node]["config"]["materialized"] == "view"
    }


def relations_of(manifest: Manifest, models: Iterable[str]) -> list[str]:
    """The models' names in the database, schema.name."""
    nodes = [manifest["nodes"][model] for model in models]
    return [f"{node['schema']}.{node['name']}" for node in nodes]


def with_views_above(manifest: Manifest, nodes: Iterable[str]) -> set[str]:
    """The nodes, and the views that depend on a view among them: replacing a view drops those."""
    views, wanted = views_of(manifest), set(nodes)
    for view in parents_first(manifest, views):
        if views & wanted & set(manifest["parent_map"][view]):
            wanted.add(view)
    return wanted


def parents_first(manifest: Manifest, nodes: Iterable[str]) -> list[str]:
    """The nodes in topological order: each after those that it reads, directly or not."""
    chosen = set(nodes)
    parents: dict[str, list[str]] = manifest["parent_map"]
    return [node for node in TopologicalSorter(parents).static_order() if node in chosen]
