"""A Google Cloud on this machine, as far as gcloud asks: it keeps what it makes, and every request."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

APIS = {
    "CLOUDFUNCTIONS": "cloudfunctions.v2",
    "RUN": "run.v1",
    "SECRETMANAGER": "secretmanager.v1",
    "CLOUDSCHEDULER": "cloudscheduler.v1",
    "IAM": "iam.v1",
    "SERVICEUSAGE": "serviceusage.v1",
    "MONITORING": "monitoring.v3",
}
"""What gcloud calls each API, and the document that describes it."""

ALSO = ("STORAGE", "CLOUDRESOURCEMANAGER", "ARTIFACTREGISTRY", "CLOUDBUILD", "EVENTARC", "COMPUTE", "LOGGING")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of gcloud's."""

    api: str
    method: str
    path: str
    query: dict[str, list[str]]
    body: Any


@dataclass
class Cloud:
    """Serves every API at a path of its own; `with Cloud() as cloud`."""

    asked: list[Asked] = field(default_factory=list)
    made: dict[str, Any] = field(default_factory=dict)
    """path -> what stands there."""

    def __enter__(self) -> Self:
        cloud = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, body = cloud.answer(self.command, self.path, raw)
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def environment(self) -> dict[str, str]:
        """With this gcloud speaks to nobody else."""
        # some commands put the region before the host's name: as their proxy we are asked for any host
        names = (*APIS, *ALSO)
        overrides = {f"API_ENDPOINT_OVERRIDES_{name}": f"http://cloud.test/{name.lower()}/" for name in names}
        proxy = {"TYPE": "http", "ADDRESS": "127.0.0.1", "PORT": str(self._server.server_port)}
        overrides |= {f"PROXY_{name}": value for name, value in proxy.items()}
        quiet = {
            "AUTH_DISABLE_CREDENTIALS": "true",
            "CORE_DISABLE_USAGE_REPORTING": "true",
            "COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "true",
        }
        return {f"CLOUDSDK_{name}": value for name, value in {**overrides, **quiet}.items()}

    def answer(self, method: str, target: str, raw: bytes) -> tuple[int, Any]:
        """What Google would answer, as far as gcloud needs it."""
        parts = urlsplit(target)
        _, api, *rest = parts.path.split("/")
        path = "/".join(rest)
        if api == "upload":
            return 200, {}
        query, body = parse_qs(parts.query), json.loads(raw) if raw.startswith(b"{") else None
        self.asked.append(Asked(api.upper(), method, path, query, body))
        return self._answer(method, path, query, body)

    def _answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        name = re.sub(r"^v\d\w*/", "", path)
        if "/operations/" in f"/{name}":
            made = next((thing for thing in self.made.values() if "serviceConfig" in thing), {})
            told = {"@type": f"{FUNCTION}OperationMetadata", "operationType": "CREATE_FUNCTION", "stages": []}
            response = {"@type": f"{FUNCTION}Function", **made}
            return 200, {"name": name, "done": True, "metadata": told, "response": response}
        if name.endswith(":generateUploadUrl"):
            return 200, {
                "uploadUrl": "http://cloud.test/upload",
                "storageSource": {"bucket": "b", "object": "o"},
            }
        if name.endswith(":getIamPolicy"):
            return 200, {"etag": "ZQ==", "bindings": []}
        if name.endswith(":addVersion"):
            return 200, {
                "name": f"{name.removesuffix(':addVersion')}/versions/1",
                "state": "ENABLED",
                "clientSpecifiedPayloadChecksum": True,
            }
        if name.endswith(":setIamPolicy"):
            return 200, (body or {}).get("policy", {})
        if name.endswith("/runtimes"):
            return 200, {"runtimes": [{"name": "python313", "environment": "GEN_2", "stage": "GA"}]}
        if "/namespaces/" in name:
            return 200, body or RUNNING
        if name == "projects/my-project":
            return 200, {"projectId": "my-project", "projectNumber": "1", "lifecycleState": "ACTIVE"}
        if "/services/" in name and name.endswith(".googleapis.com"):
            return 200, {"name": name, "state": "ENABLED"}
        if name.endswith("/defaultServiceAccount"):
            return 200, {"serviceAccountEmail": "projects/1/serviceAccounts/build@example.com"}
        if method == "GET":
            found = self.made.get(name)
            is_list = re.search(
                r"/(functions|jobs|secrets|alertPolicies|notificationChannels|revisions)$", name
            )
            return (200, found) if found else (200, {}) if is_list else (404, NOT_FOUND)
        return 200, self._make(name, query, body or {})

    def _make(self, name: str, query: dict[str, list[str]], body: Any) -> Any:
        kind = name.rpartition("/")[2]
        given = [value[0] for key, value in query.items() if key in ("functionId", "secretId")]
        own = given[0] if given else body.get("accountId") or str(body.get("name", "")).rpartition("/")[2]
        thing = {**body, "name": f"{name}/{own}" if own else f"{name}/1", "state": "ACTIVE"}
        if "serviceConfig" in thing:
            place = name.replace("/functions", "/services/fulfillment")
            thing["serviceConfig"] = {
                **thing["serviceConfig"],
                "service": place,
                "uri": "https://f.run.example",
            }
        self.made[thing["name"]] = thing
        if kind in ("functions", "services:batchEnable") or query.get("updateMask"):
            return {"name": "projects/my-project/locations/x/operations/1", "done": True, "response": thing}
        return thing


FUNCTION = "type.googleapis.com/google.cloud.functions.v2."

RUNNING = {
    "apiVersion": "serving.knative.dev/v1",
    "kind": "Service",
    "metadata": {"name": "fulfillment", "namespace": "1", "generation": 1, "resourceVersion": "r"},
    "spec": {
        "template": {"spec": {"containers": [{"image": "i"}]}},
        "traffic": [{"latestRevision": True, "percent": 100}],
    },
    "status": {
        "observedGeneration": 1,
        "conditions": [
            {"type": kind, "status": "True"} for kind in ("Ready", "ConfigurationsReady", "RoutesReady")
        ],
        "latestReadyRevisionName": "fulfillment-00001",
        "latestCreatedRevisionName": "fulfillment-00001",
        "traffic": [{"latestRevision": True, "percent": 100, "revisionName": "fulfillment-00001"}],
        "url": "https://fulfillment.run.example",
    },
}
"""The service that a function is to Cloud Run."""

NOT_FOUND = {"error": {"code": 404, "message": "not found", "status": "NOT_FOUND"}}


def problems(asked: Asked) -> Iterator[str]:
    """What of a request the API's own description does not know."""
    document = json.loads(
        (files("googleapiclient") / "discovery_cache" / "documents" / f"{APIS[asked.api]}.json").read_text()
    )
    method = next((m for m in _methods(document["resources"]) if _fits(m, asked)), None)
    if method is None:
        yield f"{asked.method} {asked.path} is no method"
        return
    known = {**method.get("parameters", {}), **document["parameters"]}
    yield from (f"{name} is no parameter" for name in asked.query if name not in known and name != "alt")
    if asked.body is not None:
        yield from _wrong(asked.body, method["request"], document["schemas"], "body")


def _methods(resources: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for resource in resources.values():
        yield from resource.get("methods", {}).values()
        yield from _methods(resource.get("resources", {}))


def _fits(method: dict[str, Any], asked: Asked) -> bool:
    pattern = re.sub(r"\\\{\\\+?\w+\\\}", "[^/:]+", re.escape(method.get("flatPath", method["path"])))
    pattern = re.sub(r"\\\{\+?\w+\\\}", "[^/:]+", pattern)
    return method["httpMethod"] == asked.method and re.fullmatch(pattern, asked.path) is not None


def _wrong(value: Any, schema: dict[str, Any], schemas: dict[str, Any], where: str) -> Iterator[str]:
    """Fields that a schema does not have, and values that are not of their types."""
    schema = schemas[schema["$ref"]] if "$ref" in schema else schema
    kind = schema.get("type", "object")
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value} is not one of {schema['enum']}"
    if not isinstance(value, KINDS[kind]):
        yield f"{where}: {value!r} is no {kind}"
    elif kind == "array":
        for number, each in enumerate(value):
            yield from _wrong(each, schema["items"], schemas, f"{where}[{number}]")
    elif kind == "object":
        own, more = schema.get("properties", {}), schema.get("additionalProperties")
        for name, inner in value.items():
            if name in own or more:
                yield from _wrong(inner, own.get(name) or more, schemas, f"{where}.{name}")
            else:
                yield f"{where}.{name} is not known"


KINDS: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "any": object,
}
