"""How the stand-in says no: in Google's words and Google's shape.

Refusal                 an answer other than 200; carries status, message and details
  ├─ bad_request        400 INVALID_ARGUMENT
  ├─ bad_payload        400, a field that is unknown or of the wrong type, with its place
  ├─ not_found          404 NOT_FOUND
  ├─ quota_exceeded     429 RESOURCE_EXHAUSTED
  └─ not_built          501 UNIMPLEMENTED, something Google has and the stand-in has not
"""

from __future__ import annotations

from typing import Any

STATUS_WORDS = {
    400: "INVALID_ARGUMENT",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    409: "ABORTED",
    413: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}

INTERNAL_TEXT = "Internal error encountered."
UNAVAILABLE_TEXT = "The service is currently unavailable."

# The project that every caller of the stand-in belongs to; Google names the caller's own.
PROJECT_NUMBER = "000000000000"


class Refusal(Exception):
    """A request that is answered with an error; nothing of it was applied."""

    def __init__(self, code: int, message: str, details: list[dict[str, Any]] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details or []

    def body(self) -> dict[str, Any]:
        """The JSON that Google answers with."""
        error: dict[str, Any] = {
            "code": self.code,
            "message": self.message,
            "status": STATUS_WORDS[self.code],
        }
        if self.details:
            error["details"] = self.details
        return {"error": error}

    def within(self, place: str) -> Refusal:
        """The same refusal, with the place in the batch that it concerns; a batch is bad, never unbuilt."""
        code = 400 if self.code == 501 else self.code
        return Refusal(code, f"Invalid {place}: {self.message}", self.details)


def bad_request(message: str) -> Refusal:
    return Refusal(400, message)


def bad_payload(violations: list[tuple[str, str]]) -> Refusal:
    """Fields that cannot be read, as (place, sentence)."""
    listed = [{"description": text} | ({"field": place} if place else {}) for place, text in violations]
    detail = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": listed}
    return Refusal(400, "\n".join(text for _, text in violations), [detail])


def bad_mask(path: str) -> Refusal:
    """A `fields` parameter that asks for what the answer cannot have."""
    text = f"Error expanding 'fields' parameter. Cannot find matching fields for path '{path}'."
    violation = {"field": path, "description": text}
    detail = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}
    return Refusal(400, "Request contains an invalid argument.", [detail])


def not_found() -> Refusal:
    return Refusal(404, "Requested entity was not found.")


def unavailable() -> Refusal:
    return Refusal(503, UNAVAILABLE_TEXT)


def not_built(what: str) -> Refusal:
    """Google has it, the stand-in has not, and says so rather than pretend."""
    return Refusal(501, f"{what} is not implemented by the local stand-in for Google Sheets.")


def quota_exceeded(kind: str, scope: str, limit: int) -> Refusal:
    """A 429 as recorded; `kind` is Read or Write, `scope` user or project."""
    tail = " per user" if scope == "user" else ""
    name = f"{kind}RequestsPerMinutePer{'User' if scope == 'user' else 'Project'}"
    detail = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "RATE_LIMIT_EXCEEDED",
        "domain": "googleapis.com",
        "metadata": {
            "consumer": f"projects/{PROJECT_NUMBER}",
            "quota_limit": name,
            "quota_limit_value": str(limit),
            "quota_location": "global",
            "quota_metric": f"sheets.googleapis.com/{kind.lower()}_requests",
            "service": "sheets.googleapis.com",
        },
    }
    help_link = {
        "@type": "type.googleapis.com/google.rpc.Help",
        "links": [
            {
                "description": "Request a higher quota limit.",
                "url": "https://cloud.google.com/docs/quotas/help/request_increase",
            }
        ],
    }
    message = (
        f"Quota exceeded for quota metric '{kind} requests' and limit '{kind} requests per minute{tail}' "
        f"of service 'sheets.googleapis.com' for consumer 'project_number:{PROJECT_NUMBER}'."
    )
    return Refusal(429, message, [detail, help_link])
