"""Holds the Outbox against the books. It shares no code with the product."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tests.machine.books import Row, Tabs, in_order

BEGINS, ENDS = ("owed", "claimed"), ("sent", "given_up", "delivered")


def messages_wrong(tabs: Tabs) -> Iterator[str]:
    """Messages of keys that nobody had, told before they were owed, or gone on with after their end."""
    rows = in_order(tabs.get("Outbox", []))
    numbers = [int(row["no"]) for row in rows]
    if rows and numbers != list(range(numbers[0], numbers[0] + len(rows))):
        yield f"Outbox is not numbered {numbers[0]} to {numbers[0] + len(rows) - 1}"
    for system in tabs.get("System", []):
        if rows and system["last_message_no"] != numbers[-1]:
            yield f"System says last_message_no {system['last_message_no']}, and Outbox ends at {numbers[-1]}"
    stories: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        stories[str(row["message_id"])].append(row)
    given = _given(tabs)
    for message_id, story in stories.items():
        yield from _story_wrong(message_id, story)
        if story[0]["kind"] in ("fulfilled", "keys") and not _had_keys(story[0], given):
            yield f"message {message_id} tells of keys that the order did not have"
    yield from _untold(tabs, stories)


def _story_wrong(message_id: str, story: list[Row]) -> Iterator[str]:
    events = [str(row["event"]) for row in story]
    is_whole = story[0]["no"] != 1 and story[0]["body"] == ""  # its first rows have left
    if events[0] not in BEGINS and not is_whole:
        yield f"message {message_id} begins with {events[0]}"
    for event in events[:-1]:
        if event in ENDS:
            yield f"message {message_id} goes on after it was {event}"


def _given(tabs: Tabs) -> dict[str, int]:
    """order -> the version that gave it its first key."""
    given: dict[str, int] = {}
    for row in in_order(tabs["Assignments"]):
        if row["event"] == "assigned":
            given.setdefault(str(row["order_id"]), int(row["version"]))
    return given


def _had_keys(row: Row, given: dict[str, int]) -> bool:
    first = given.get(str(row["order_id"]))
    return first is not None and first <= int(row["version"])


def _untold(tabs: Tabs, stories: dict[str, list[Row]]) -> Iterator[str]:
    """Where fulfilled orders are told, each is, in the commit of its answer."""
    told = {(str(s[0]["order_id"]), int(s[0]["version"])) for s in stories.values() if _is_about_keys(s)}
    since = min((version for _, version in told), default=None)
    if since is None:
        return
    before: dict[str, str] = {}
    for row in in_order(tabs["Order Cache"]):
        order_id, version = str(row["order_id"]), int(row["version"])
        is_new = row["outcome"] == "fulfilled" and before.get(order_id) != "fulfilled"
        if is_new and version >= since and (order_id, version) not in told:
            yield f"order {order_id} has its keys since version {version}, and nobody was to be told"
        before[order_id] = str(row["outcome"])


def _is_about_keys(story: list[Row]) -> bool:
    return story[0]["kind"] == "fulfilled"
