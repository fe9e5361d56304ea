"""Operations on the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from fulfillment.answers import counted, listed
from fulfillment.catalogue import Published
from fulfillment.importing import Watch, unwatched
from fulfillment.operations.operation import Body, Operation, Said, ok
from fulfillment.payloads import EmptyBody, PublishBody, read
from fulfillment.service import Service


def _publish(service: Service, body: Body, by: str) -> Said:
    asked = read(PublishBody, body)
    done = service.publish(dry_run=asked.dry_run)
    return ok(
        _message(done, dry_run=asked.dry_run),
        published=done.published,
        dry_run=asked.dry_run,
        warnings=[*done.warnings],
        problems=[asdict(problem) for problem in done.problems],
        changes=[asdict(change) for change in done.changes],
    )


def _message(done: Published, *, dry_run: bool) -> str:
    live, skus = counted(done.published, "product"), listed([change.sku for change in done.changes])
    first = f"Nothing was published yet. {live} would be live." if dry_run else f"{live} live."
    what = f"{counted(len(done.changes), 'change')}: {skus}." if skus else "No product changes."
    problems = f" {len(done.problems)} with a problem: see the status column." if done.problems else ""
    return f"{first} {what}{problems}"


def pull(
    service: Service, body: Body, by: str, watch: Watch = unwatched, patience_s: float | None = None
) -> Said:
    """Sync from Shopify; `watch` is told how far it is."""
    read(EmptyBody, body)
    done = service.storefront.pull(patience_s=patience_s, watch=watch)
    told = f" {len(done.problems)} to be looked at." if done.problems else ""
    problems = [asdict(problem) for problem in done.problems]
    figures = {"added": done.added, "changed": done.changed, "gone": done.gone}
    return ok(done.message + told, **figures, problems=problems)


CATALOGUE: Mapping[str, Operation] = {
    "pull": Operation(pull, {"added": 0, "changed": 0, "gone": 0, "problems": []}),
    "publish": Operation(
        _publish, {"published": 0, "warnings": [], "problems": [], "changes": []}, PublishBody
    ),
}
