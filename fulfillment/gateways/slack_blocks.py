"""What people are told, as blocks of Slack's, within its limits.

docs.slack.dev/reference/block-kit: 50 blocks a message, 150 characters a header, 3,000 a section; a text is
cut at 40,000. Escaping: docs.slack.dev/messaging/formatting-message-text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import Block, HeaderBlock, MarkdownTextObject, PlainTextObject, SectionBlock

from fulfillment.wording import Wording

MOST_BLOCKS = 50
MOST_IN_HEADER = HeaderBlock.text_max_length
MOST_IN_SECTION = SectionBlock.text_max_length
MOST_IN_TEXT = 40_000


def blocks_of(wording: Wording) -> list[Block]:
    """The wording as a header and sections, within Slack's limits."""
    header = HeaderBlock(text=PlainTextObject(text=wording.title[:MOST_IN_HEADER], emoji=True))
    sections = [
        # verbatim: `#1042` is an order, not a channel
        SectionBlock(text=MarkdownTextObject(text=text, verbatim=True))
        for text in sections_of(wording.lines)
    ]
    return [header, *sections[: MOST_BLOCKS - 1]]


def text_of(wording: Wording) -> str:
    """All of it as one text: what a notification shows, and what a search is sure to find."""
    return _escaped_up_to(MOST_IN_TEXT, wording.text)


def sections_of(lines: Sequence[str]) -> Iterator[str]:
    """The lines, escaped, as few texts as Slack's limit allows; a line that is too long for one is cut."""
    section = ""
    for line in (_escaped_up_to(MOST_IN_SECTION, line) for line in lines):
        if section and len(section) + 1 + len(line) > MOST_IN_SECTION:
            yield section
            section = line
        else:
            section = f"{section}\n{line}" if section else line
    if section:
        yield section


def _escaped_up_to(most: int, text: str) -> str:
    whole = escaped(text)
    if len(whole) <= most:
        return whole
    return re.sub(r"&[a-z]*$", "", whole[: most - 1]) + "…"  # an entity must not be cut in two


def escaped(text: str) -> str:
    """The text as Slack wants it: these three characters have a meaning of their own there."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
