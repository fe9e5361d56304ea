"""What people are told, as blocks of Slack's, within its limits.

docs.slack.dev/reference/block-kit: 50 blocks a message, 150 characters a header, 3,000 a section; a text is
cut at 40,000. Escaping: docs.slack.dev/messaging/formatting-message-text.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from itertools import chain

from slack_sdk.models.blocks import Block, HeaderBlock, MarkdownTextObject, PlainTextObject, SectionBlock

from fulfillment.wording import Wording

MOST_BLOCKS = 50
MOST_IN_HEADER = HeaderBlock.text_max_length
MOST_IN_SECTION = SectionBlock.text_max_length
MOST_IN_TEXT = 40_000

THE_REST = "… The rest stands in the tab Outbox."


def blocks_of(wording: Wording) -> list[Block]:
    """The wording as a header and sections, within Slack's limits."""
    header = HeaderBlock(text=PlainTextObject(text=wording.title[:MOST_IN_HEADER], emoji=True))
    texts = [*sections_of(wording.lines)]
    if len(texts) >= MOST_BLOCKS:
        texts = [*texts[: MOST_BLOCKS - 2], THE_REST]
    # verbatim: `#1042` is an order, not a channel
    sections = [SectionBlock(text=MarkdownTextObject(text=text, verbatim=True)) for text in texts]
    return [header, *sections]


def text_of(wording: Wording) -> str:
    """All of it as one text: what a notification shows, and what a search is sure to find."""
    return _escaped_up_to(MOST_IN_TEXT, wording.text)


def sections_of(lines: Sequence[str]) -> Iterator[str]:
    """The lines, escaped, as few texts as Slack's limit allows; what is too long goes on in the next."""
    section = ""
    for line in chain.from_iterable(map(_pieces, lines)):
        if section and len(section) + 1 + len(line) > MOST_IN_SECTION:
            yield section
            section = line
        else:
            section = f"{section}\n{line}" if section else line
    if section:
        yield section


def _pieces(line: str) -> Sequence[str]:
    """The line, escaped, whole or as pieces that fit a section; none is broken within a word."""
    whole = escaped(line)
    if len(whole) <= MOST_IN_SECTION:
        return (whole,)
    words = escaped(re.sub(r"\S{500}", r"\g<0> ", line))  # a word of which nothing is left to hold on to
    return textwrap.wrap(words, MOST_IN_SECTION, break_long_words=False, break_on_hyphens=False)


def _escaped_up_to(most: int, text: str) -> str:
    whole = escaped(text)
    if len(whole) <= most:
        return whole
    return re.sub(r"&[a-z]*$", "", whole[: most - 1]) + "…"  # an entity must not be cut in two


def escaped(text: str) -> str:
    """The text as Slack wants it: these three characters have a meaning of their own there."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
