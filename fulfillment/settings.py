"""The settings: environment variables, read once; a missing or wrong one stops the start with a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from fulfillment.message_settings import MessageSettings
from fulfillment.model import Levels, Policy, is_usable_address
from fulfillment.shop_settings import ShopSettings, is_local

ROLES = ("zap", "operator", "scheduler", "admin")

GOOGLE_SHEETS = "https://sheets.googleapis.com"

GOOGLE_CERTS = "https://www.googleapis.com/oauth2/v1/certs"

_IN_ADDRESS = re.compile(r"/spreadsheets/d/([\w-]+)")

_ADDRESS_OR_DOMAIN = re.compile(r"[^@\s]*@[^@\s]+\.[^@\s]+")


class WrongSettings(Exception):
    """The environment cannot be started with; the text names every setting that is wrong."""


class Settings(ShopSettings, MessageSettings):
    """One field a variable: `spreadsheet_id` is SPREADSHEET_ID."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, env_ignore_empty=True)

    spreadsheet_id: str
    sheets_url: str = GOOGLE_SHEETS
    api_tokens: SecretStr
    """Comma-separated `role:secret`."""
    oidc_audiences: str = ""
    """Comma-separated: what the tokens of Google that are accepted here were made for."""
    oidc_allowed: str = ""
    """Comma-separated `role:address` or `role:@domain`."""
    oidc_certs_url: str = GOOGLE_CERTS
    default_region: str
    time_zone: str = "America/Toronto"
    mode: Literal["test", "live"] = "test"
    test_recipient: str = ""
    failed_orders: Literal["hold", "retry"] = "hold"
    low_stock: int = Field(default=20, ge=0)
    critical_stock: int = Field(default=5, ge=0)
    archive_spreadsheet_id: str = ""
    archive_days: int = Field(default=90, ge=1)
    retention_days: int | None = Field(default=None, ge=1)
    deadline_s: float = Field(default=25, gt=0, le=60)
    threads: int = Field(default=100, ge=1, le=1000)
    support_contact: str = ""
    """Whom to ask where a person has to help, as words: a name, an address, a number."""
    google_cloud_project: str = ""

    @field_validator("spreadsheet_id", "archive_spreadsheet_id")
    @classmethod
    def _check_id(cls, typed: str) -> str:
        return id_of(typed)

    @field_validator("api_tokens")
    @classmethod
    def _check_tokens(cls, tokens: SecretStr) -> SecretStr:
        pairs = _pairs(tokens.get_secret_value())
        if not pairs:
            raise ValueError("names no token; write role:secret, separated by commas")
        for role, secret in pairs:
            if role not in ROLES or not secret:
                raise ValueError(f"write role:secret, separated by commas; roles are {', '.join(ROLES)}")
        return tokens

    @field_validator("oidc_allowed")
    @classmethod
    def _check_allowed(cls, allowed: str) -> str:
        for role, whom in _pairs(allowed):
            if role not in ROLES or not _ADDRESS_OR_DOMAIN.fullmatch(whom):
                raise ValueError(
                    f"write role:address or role:@domain, separated by commas; roles are {', '.join(ROLES)}"
                )
        return allowed

    @field_validator("time_zone")
    @classmethod
    def _check_time_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"`{name}` is no time zone; write one like America/Toronto") from None
        return name

    @field_validator("default_region")
    @classmethod
    def _upper(cls, region: str) -> str:
        return region.strip().upper()

    @model_validator(mode="after")
    def _check_together(self) -> Settings:
        """Everything that contradicts something is told at once."""
        found = [
            *self._contradictions(),
            *self.contradictions_of_messages(),
            *self.contradictions_of_the_shop(),
        ]
        if found:
            raise ValueError("\n  ".join(found))
        return self

    def _contradictions(self) -> Iterator[str]:
        if self.mode == "test" and not is_usable_address(self.test_recipient):
            yield "MODE is test, so TEST_RECIPIENT must be the address that gets the mails"
        if bool(self.oidc_allowed) != bool(self.oidc_audiences):
            yield "OIDC_AUDIENCES and OIDC_ALLOWED go together: set both, or neither"
        if self.delivery == "hook" and not self.hook_secret:
            yield "DELIVERY is hook: API_TOKENS needs a zap:SECRET, which signs what the hook gets"
        if self.archive_spreadsheet_id == self.spreadsheet_id:
            yield "ARCHIVE_SPREADSHEET_ID must name another spreadsheet than SPREADSHEET_ID"
        if self.k_service and self.is_local:
            yield "SHEETS_URL is a local address: the cloud works on Google's spreadsheet alone"
        if self.k_service and self.oidc_certs_url != GOOGLE_CERTS:
            yield "OIDC_CERTS_URL is for tests: the cloud takes Google's certificates alone"

    @property
    def is_local(self) -> bool:
        """Is the spreadsheet that of a local stand-in?"""
        return is_local(self.sheets_url)

    @property
    def tokens(self) -> tuple[tuple[str, str], ...]:
        """(role, secret) of every token."""
        return _pairs(self.api_tokens.get_secret_value())

    @property
    def hook_secret(self) -> str:
        """What the hook's calls are signed with: the first secret of the Zap's."""
        return next((secret for role, secret in self.tokens if role == "zap"), "")

    @property
    def allowed(self) -> tuple[tuple[str, str], ...]:
        """(role, address or @domain) of those whom Google vouches for."""
        return _pairs(self.oidc_allowed)

    @property
    def audiences(self) -> tuple[str, ...]:
        """What tokens of Google must have been made for."""
        return tuple(part.strip() for part in self.oidc_audiences.split(",") if part.strip())

    def to_policy(self, levels: Levels) -> Policy:
        """The choices that planners need, as far as they are settings."""
        return Policy(
            default_region=self.default_region,
            levels=levels,
            mode=self.mode,
            test_recipient=self.test_recipient,
            failed_orders=self.failed_orders,
            low_stock=self.low_stock,
            critical_stock=self.critical_stock,
            waiting=self.waiting,
        )


def id_of(typed: str) -> str:
    """The id of a spreadsheet, also where a person has copied its address."""
    found = _IN_ADDRESS.search(typed)
    return found[1] if found else typed.strip()


def _pairs(listed: str) -> tuple[tuple[str, str], ...]:
    """`role:what`, separated by commas."""
    pairs = (part.strip().partition(":") for part in listed.split(",") if part.strip())
    return tuple((role.strip(), what.strip()) for role, _, what in pairs)


def read_settings() -> Settings:
    """The settings of this environment. Raises WrongSettings with one line for each that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            _sentence(str(problem["loc"][0]) if problem["loc"] else "", problem) for problem in error.errors()
        ]
    raise WrongSettings("The service cannot start:\n" + "\n".join(lines))


def _sentence(field: str, problem: object) -> str:
    """What is wrong with one setting; its value is not shown, as it may be a secret."""
    assert isinstance(problem, dict)
    text = (
        "is required" if problem["type"] == "missing" else str(problem["msg"]).removeprefix("Value error, ")
    )
    return f"  {field.upper()} {text}" if field else f"  {text}"
