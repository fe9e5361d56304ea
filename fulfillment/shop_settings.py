"""The settings of the exchange with the shop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Literal
from urllib.parse import urlparse
from zoneinfo import ZoneInfo

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings

LOOPBACK = ("127.0.0.1", "localhost", "::1")

API_VERSION = "2026-10"
"""Versions come each quarter and live a year; the operations are checked against the next one as well."""

NEEDS_SHOP = (
    "shopify_token",
    "shopify_client_id",
    "shopify_client_secret",
    "shopify_location",
    "shopify_url",
)
"""Settings that say nothing without SHOPIFY_SHOP."""

_SHOP = re.compile(r"[a-z0-9][a-z0-9-]*(\.myshopify\.com)?")


class ShopSettings(BaseSettings):
    """The part of Settings that is about Shopify; all of it may be left out."""

    shopify_shop: str = ""
    """`name.myshopify.com`."""
    shopify_token: SecretStr = SecretStr("")
    shopify_client_id: str = ""
    shopify_client_secret: SecretStr = SecretStr("")
    shopify_location: str = ""
    shopify_api_version: str = API_VERSION
    shopify_url: str = ""
    shopify_push: Literal["off", "preview", "on"] = "off"
    live_since: str = ""
    mark_fulfilled: Literal["off", "on"] = "off"
    time_zone: str = "America/Toronto"
    k_service: str = ""
    """Set by the cloud: the name of the service that runs there."""

    @field_validator("shopify_shop")
    @classmethod
    def _check_shop(cls, typed: str) -> str:
        """The domain that a person may have copied from the address bar."""
        if not typed:
            return typed
        shop = re.sub(r"^https?://", "", typed.strip().lower()).rstrip("/")
        shop = re.sub(r"^admin\.shopify\.com/store/([^/]+).*", r"\1", shop)
        if not _SHOP.fullmatch(shop):
            raise ValueError("write the shop's own domain, like name.myshopify.com")
        return shop if shop.endswith(".myshopify.com") else f"{shop}.myshopify.com"

    @field_validator("shopify_api_version")
    @classmethod
    def _check_version(cls, version: str) -> str:
        if not re.fullmatch(r"20\d\d-(01|04|07|10)|unstable", version):
            raise ValueError("write a version of Shopify's Admin API, like 2026-10")
        return version

    @field_validator("live_since")
    @classmethod
    def _check_live_since(cls, typed: str) -> str:
        try:
            datetime.fromisoformat(typed or "2026-12-01")
        except ValueError:
            raise ValueError("write a day or a time, like 2026-12-01 or 2026-12-01T09:00") from None
        return typed

    def contradictions_of_the_shop(self) -> Iterator[str]:
        """What these settings cannot mean together."""
        if not self.shopify_shop:
            yield from self._needs_a_shop()
            return
        has_token = bool(self.shopify_token.get_secret_value())
        both = (self.shopify_client_id, self.shopify_client_secret.get_secret_value())
        if has_token and any(both):
            yield "SHOPIFY_TOKEN and SHOPIFY_CLIENT_ID are two ways in: set one of them"
        if not has_token and not all(both):
            yield "SHOPIFY_SHOP needs SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET, or SHOPIFY_TOKEN"
        if self.k_service and self.shopify_url:
            yield "SHOPIFY_URL is for tests: the cloud asks Shopify itself"

    def _needs_a_shop(self) -> Iterator[str]:
        if self.shopify_push != "off":
            yield f"SHOPIFY_PUSH is {self.shopify_push}, so SHOPIFY_SHOP must name the shop"
        if self.mark_fulfilled == "on":
            yield "MARK_FULFILLED is on, so SHOPIFY_SHOP must name the shop"
        values = {name: getattr(self, name) for name in NEEDS_SHOP}
        for name, value in values.items():
            if value.get_secret_value() if isinstance(value, SecretStr) else value:
                yield f"{name.upper()} is set, so SHOPIFY_SHOP must name the shop"

    @property
    def shop_url(self) -> str:
        """Where the Admin API is asked."""
        return self.shopify_url or f"https://{self.shopify_shop}"

    @property
    def is_live_since(self) -> datetime | None:
        """Orders placed before it are not ours; in the time zone of the settings where it names none."""
        if not self.live_since:
            return None
        since = datetime.fromisoformat(self.live_since)
        return since if since.tzinfo else since.replace(tzinfo=ZoneInfo(self.time_zone))


def is_local(url: str) -> bool:
    """Is it the address of a local stand-in?"""
    return urlparse(url).hostname in LOOPBACK
