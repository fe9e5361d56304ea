"""Operations on the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from fulfillment.operations.operation import Body, Operation, Said, ok
from fulfillment.payloads import PublishBody, read
from fulfillment.service import Service


def _publish(service: Service, body: Body, by: str) -> Said:
    asked = read(PublishBody, body)
    done = service.publish(dry_run=asked.dry_run)
    verb = "would be live" if asked.dry_run else "live"
    problems = f" {len(done.problems)} with a problem: see the status column." if done.problems else ""
    return ok(
        f"{done.published} products {verb}.{problems}",
        published=done.published,
        warnings=[*done.warnings],
        problems=[asdict(problem) for problem in done.problems],
    )


CATALOGUE: Mapping[str, Operation] = {
    "publish": Operation(_publish, {"published": 0, "warnings": [], "problems": []}),
}
