"""The shapes of Google's messages, condensed from google-api-python-client's discovery document.

    .venv/bin/python -m tests.sandbox.discovery > sandbox/schemas.json

writes the file that the sandbox reads; a test keeps the two together.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

SCALARS = {"string": "string", "boolean": "bool", "integer": "int", "number": "number", "any": "any"}


def document() -> dict[str, Any]:
    """The discovery document of Sheets v4."""
    path = files("googleapiclient") / "discovery_cache" / "documents" / "sheets.v4.json"
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def condensed() -> dict[str, Any]:
    """Message name to field name to type, and the query parameters of each method."""
    doc = document()
    messages = {
        name: {field: _type(what) for field, what in sorted(schema.get("properties", {}).items())}
        for name, schema in sorted(doc["schemas"].items())
    }
    return {"messages": messages, "methods": dict(sorted(_methods(doc["resources"], doc["parameters"])))}


def _type(what: dict[str, Any]) -> Any:
    if "$ref" in what:
        return what["$ref"]
    if what["type"] == "array":
        return [_type(what["items"])]
    if what["type"] == "object":
        return {"map": _type(what["additionalProperties"])}
    if "enum" in what:
        return {"enum": what["enum"]}
    if what.get("format") == "google-fieldmask":
        return "mask"
    return SCALARS[what["type"]]


def _methods(resources: dict[str, Any], common: dict[str, Any]) -> list[tuple[str, Any]]:
    found = []
    for resource in resources.values():
        for method in resource.get("methods", {}).values():
            query = {n: p for n, p in method["parameters"].items() if p["location"] == "query"}
            parameters = {n: [_type(p)] if p.get("repeated") else _type(p) for n, p in query.items()}
            found.append(
                (
                    method["id"].removeprefix("sheets."),
                    {
                        "query": parameters | {n: _type(p) for n, p in common.items()},
                        "request": method.get("request", {}).get("$ref"),
                        "response": method["response"]["$ref"],
                    },
                )
            )
        found += _methods(resource.get("resources", {}), common)
    return found


if __name__ == "__main__":
    print(json.dumps(condensed(), indent=None, separators=(",", ":"), sort_keys=True).replace('},"', '},\n"'))
