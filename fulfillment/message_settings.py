"""The settings of messages: where the team is told, and how keys are mailed that no call waits for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal
from urllib.parse import urlparse

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings

from fulfillment.shop_settings import is_local


class MessageSettings(BaseSettings):
    """The part of Settings that is about messages; all of it may be left out."""

    slack_webhook_url: SecretStr = SecretStr("")
    """Whoever knows it can post to the channel."""
    delivery: Literal["zapier", "hook"] = "zapier"
    delivery_hook_url: SecretStr = SecretStr("")
    """Whoever knows it can have the Zap mail something."""
    waiting: Literal["off", "auto"] = "off"
    k_service: str = ""
    """Set by the cloud: the name of the service that runs there."""

    @field_validator("slack_webhook_url", "delivery_hook_url")
    @classmethod
    def _check_hook(cls, typed: SecretStr) -> SecretStr:
        """Encrypted on its way, but to this machine."""
        url = typed.get_secret_value().strip()
        parts = urlparse(url)
        if url and not (
            parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and is_local(url)))
        ):
            raise ValueError("must be an address that begins with https://")
        return SecretStr(url)

    def contradictions_of_messages(self) -> Iterator[str]:
        """What these settings cannot mean together."""
        if self.k_service and is_local(self.slack_webhook_url.get_secret_value()):
            yield "SLACK_WEBHOOK_URL is a local address: copy the webhook's own"
        if self.k_service and is_local(self.delivery_hook_url.get_secret_value()):
            yield "DELIVERY_HOOK_URL is a local address: copy the Catch Hook's own"
        has_url = bool(self.delivery_hook_url.get_secret_value())
        if (self.delivery == "hook") != has_url:
            yield "DELIVERY=hook and DELIVERY_HOOK_URL go together: set both, or neither"
        if self.waiting == "auto" and self.delivery != "hook":
            yield "WAITING=auto needs DELIVERY=hook: nobody would mail the keys else"
