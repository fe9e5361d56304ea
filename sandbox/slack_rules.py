"""Whether Slack would take a message: the words with which it refuses one, and what a person reads of it.

What each block may hold is docs.slack.dev/reference/block-kit; slack_sdk's own models check the same limits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.book import Json

MOST_BLOCKS = 50
MOST_TEXT = 40_000
"""Longer texts are cut there by Slack, not refused."""

MOST_IN_HEADER = 150
MOST_IN_SECTION = 3_000
MOST_IN_FIELD = 2_000
MOST_FIELDS = 10
MOST_ELEMENTS = 10
MOST_IN_ID = 255


class Refused(Exception):
    """Slack's word for what is wrong."""


def check_message(payload: object) -> Json:
    """The same message. Raises Refused with `invalid_payload`, `no_text` or `invalid_blocks`."""
    if not isinstance(payload, dict):
        raise Refused("invalid_payload")
    text, blocks = payload.get("text", ""), payload.get("blocks", [])
    if not isinstance(text, str) or not isinstance(blocks, list):
        raise Refused("invalid_payload")
    if not text.strip() and not blocks and not payload.get("attachments"):
        raise Refused("no_text")
    if not _are_blocks(blocks):
        raise Refused("invalid_blocks")
    return payload


def _are_blocks(blocks: list[Any]) -> bool:
    if len(blocks) > MOST_BLOCKS or not all(isinstance(block, dict) and _is_block(block) for block in blocks):
        return False
    named = [block["block_id"] for block in blocks if "block_id" in block]
    return len(set(named)) == len(named)


def _is_block(block: Json) -> bool:
    check = BLOCKS.get(str(block.get("type")))
    known = KNOWN | ({"text", "fields", "elements", "expand", "accessory"} if check else set())
    is_named = len(str(block.get("block_id", ""))) <= MOST_IN_ID
    return check is not None and block.keys() <= known and is_named and check(block)


KNOWN = {"type", "block_id"}


def _is_header(block: Json) -> bool:
    return _is_text(block.get("text"), MOST_IN_HEADER, ("plain_text",))


def _is_section(block: Json) -> bool:
    text, fields = block.get("text"), block.get("fields", [])
    if text is None and not fields:
        return False
    are_fields = isinstance(fields, list) and len(fields) <= MOST_FIELDS
    return (
        (text is None or _is_text(text, MOST_IN_SECTION))
        and are_fields
        and all(_is_text(field, MOST_IN_FIELD) for field in fields)
    )


def _is_context(block: Json) -> bool:
    elements = block.get("elements")
    is_list = isinstance(elements, list) and 0 < len(elements) <= MOST_ELEMENTS
    return is_list and all(_is_text(element, MOST_IN_SECTION) for element in elements or ())


BLOCKS: Mapping[str, Callable[[Json], bool]] = {
    "header": _is_header,
    "section": _is_section,
    "context": _is_context,
    "divider": lambda block: block.keys() <= KNOWN,
}
"""The blocks that the stand-in knows; Slack has more, and a message with one of those is refused here."""


def _is_text(value: object, most: int, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> bool:
    if not isinstance(value, dict) or value.get("type") not in kinds:
        return False
    text = value.get("text")
    return isinstance(text, str) and 0 < len(text) <= most


def shown(message: Json) -> str:
    """What a person reads: the blocks, or else the text; entities as characters, bold without its stars."""
    blocks = message.get("blocks") or []
    parts = [part for block in blocks for part in _texts(block)] or [message.get("text", "")[:MOST_TEXT]]
    return "\n".join(_as_read(part) for part in parts)


def _texts(block: Json) -> list[str]:
    objects = [block.get("text"), *block.get("fields", []), *block.get("elements", [])]
    return [found["text"] for found in objects if found]


def _as_read(text: str) -> str:
    text = re.sub(r"(?m)(?<![^\s(])\*(\S[^*\n]*)\*", r"\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
