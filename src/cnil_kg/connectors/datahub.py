"""DataHub: the datasets of its OpenAPI, `GET /openapi/v3/entity/dataset`, page by page.

Source: the OpenAPI v3 of DataHub 1.x; pages follow `scrollId`. Aspects come as the reader of proposals takes them.
"""

from __future__ import annotations

from collections.abc import Iterator

from cnil_kg.connectors.record import Page
from cnil_kg.connectors.web import Web, shown
from cnil_kg.errors import InputError
from cnil_kg.readers.trees import Tree

_COUNT = 100
ASPECTS = (
    *("datasetProperties", "editableDatasetProperties", "schemaMetadata", "editableSchemaMetadata"),
    *("globalTags", "glossaryTerms", "structuredProperties", "upstreamLineage"),
)
"""What is asked for: no profile, no usage, which hold data and names of people."""


class DataHub:
    """`https://…/openapi/v3/entity/dataset`, or one dataset by its URN."""

    name = "datahub"
    mark = "/openapi/v3/entity/dataset"

    def pages(self, web: Web, url: str, after: str) -> Iterator[Page]:
        """The datasets, `_COUNT` at a time."""
        base, _, query = url.rstrip("/").partition("?")
        asked = (f"{base}?{query}&" if query else f"{base}?") + "&".join(f"aspects={name}" for name in ASPECTS)
        if not base.endswith("/dataset"):
            yield Page((_record(web.json(asked), url),), "")
            return
        while True:
            params: dict[str, str | int] = {"count": _COUNT, "systemMetadata": "false"}
            answer = web.json(asked, {**params, "scrollId": after} if after else params)
            entities = answer.get("entities") if isinstance(answer, dict) else None
            if not isinstance(entities, list):
                raise InputError("the answer has no `entities`", shown(url), "Check the address of the API.")
            after = str(answer.get("scrollId") or "")
            last = not after or not entities
            yield Page(tuple(_record(entity, url) for entity in entities), "" if last else after)
            if last:
                return


def _record(entity: Tree, url: str) -> tuple[str, list[dict[str, Tree]]]:
    """A dataset as the proposals that would write it."""
    if not isinstance(entity, dict) or not str(entity.get("urn", "")).startswith("urn:li:dataset:"):
        raise InputError("the answer holds something that is no dataset", shown(url), "Check the address of the API.")
    urn = str(entity["urn"])
    proposals = [{"entityUrn": urn, "aspectName": "datasetKey", "aspect": {"json": {}}}]
    for name in ASPECTS:
        if isinstance(entity.get(name), dict):
            content = entity[name].get("value", entity[name])
            proposals.append({"entityUrn": urn, "aspectName": name, "aspect": {"json": content}})
    return urn, proposals


CONNECTOR = DataHub()
