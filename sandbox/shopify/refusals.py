"""How Shopify says no within GraphQL: errors beside `data`, with a code; and errors of the user within it.

Sources of the texts stand with each; what has none is our guess, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError

from sandbox.book import Json

ACCESS_PAGE = "https://shopify.dev/api/usage/access-scopes"
LIMITS_PAGE = "https://shopify.dev/api/usage/rate-limits"


def error(code: str, message: str, **extensions: Any) -> GraphQLError:
    """An error of the whole operation, or of the field in which it is raised."""
    return GraphQLError(message, extensions={"code": code, **extensions})


def not_there(what: str) -> GraphQLError:
    """Shopify has it, the stand-in has not, and says so rather than pretend."""
    return error("NOT_IN_STAND_IN", f"{what} is not in the local stand-in for Shopify.")


def access_denied(field: str, scopes: Sequence[str]) -> GraphQLError:
    """The text as in github.com/Shopify/shopify-api-ruby/issues/1415, with the extensions of its docs."""
    needed = " or ".join(f"`{scope}` access scope" for scope in scopes) + "."
    text = f"Access denied for {field} field. Required access: {needed}"
    return error("ACCESS_DENIED", text, documentation=ACCESS_PAGE, requiredAccess=needed)


def not_idempotent() -> GraphQLError:
    """As seen by an app of 2026 (github.com/luke-selrai/openclaw-workshop-kit/issues/218)."""
    return error(
        "BAD_REQUEST", "The @idempotent directive is required for this mutation but was not provided."
    )


def no_change_from() -> GraphQLError:
    """As seen by the same app, of another input of the same kind."""
    text = "InventoryQuantityInput must include the following argument: changeFromQuantity."
    return error("INVALID_FIELD_ARGUMENTS", text)


def too_many(size: int, most: int) -> GraphQLError:
    """The limit of 250 for lists of inputs (shopify.dev, API limits: input arguments; text from memory)."""
    text = f"The input array size of {size} is greater than the maximum allowed of {most}."
    return error("MAX_INPUT_SIZE_EXCEEDED", text)


def too_costly(cost: int, most: int) -> GraphQLError:
    """shopify.dev, rate limits: a single query may cost 1,000; refused before it is carried out."""
    text = f"Query cost is {cost}, which exceeds the single query max cost limit ({most})."
    return error("MAX_COST_EXCEEDED", text, cost=cost, maxCost=most, documentation=LIMITS_PAGE)


def throttled() -> GraphQLError:
    """As in gist.github.com/lacom/56e3834834e250270062583f425274b9."""
    return error("THROTTLED", "Throttled", documentation=LIMITS_PAGE)


def internal() -> GraphQLError:
    """Shopify's own mistakes come with status 200 as well (the text from memory)."""
    return error("INTERNAL_SERVER_ERROR", "Internal error. Looks like something went wrong on our end.")


def user_error(message: str, *field: str, code: str | None = None) -> Json:
    """What the user did wrong, in the payload of a mutation."""
    return {"message": message, "field": list(field) or None, "code": code}
