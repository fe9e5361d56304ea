"""Colours as Google keeps them: each one twice (old form and new), parts that are zero left out."""

from __future__ import annotations

import struct
from typing import Any

from sandbox.book import Json

# Google answers with 8 significant digits, what a 32-bit float is good for.
DIGITS = 8

# A part of a colour is kept in eight bits, rounded down (0.5 comes back as 0.49803922).
STEPS = 255


# A field named like a colour is one only with these parts: in a theme, `color` is a style.
PARTS = {"red", "green", "blue", "alpha"}


def normal_color(color: Json) -> Json:
    """A colour without the parts that are zero, in the precision in which Google keeps it."""
    return {name: _kept(part) for name, part in color.items() if part}


def _kept(part: float) -> float:
    part = int(min(max(part, 0.0), 1.0) * STEPS + 1e-6) / STEPS
    single = struct.unpack("f", struct.pack("f", part))[0]
    rounded = float(f"{single:.{DIGITS}g}")
    return int(rounded) if rounded.is_integer() else rounded


def with_styles(value: Any) -> Any:
    """The JSON with each `...Color` also given as `...ColorStyle`, and the other way round, at any depth."""
    if isinstance(value, list):
        return [with_styles(item) for item in value]
    if not isinstance(value, dict):
        return value
    result: Json = {}
    for name, inner in value.items():
        if _is_color(name) and inner.keys() <= PARTS:
            result[name] = normal_color(inner)
            result.setdefault(f"{name}Style", {"rgbColor": result[name]})
        elif _is_style(name):
            _put_style(result, name, inner)
        else:
            result[name] = with_styles(inner)
    return result


def as_kept(value: Any) -> Any:
    """JSON as Google shows it again: colours in both forms, and nothing that is false or an empty text."""
    return _without_false(with_styles(value))


def _without_false(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_false(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _without_false(inner) for name, inner in value.items() if inner is not False and inner != ""
    }


def _is_color(name: str) -> bool:
    return name == "color" or (name.endswith("Color") and name not in ("rgbColor", "themeColor"))


def _is_style(name: str) -> bool:
    return name == "colorStyle" or name.endswith("ColorStyle")


def _put_style(result: Json, name: str, style: Json) -> None:
    color = style.get("rgbColor")
    if color is None and not style.get("themeColor"):
        return
    plain = name.removesuffix("Style")
    if color is None:
        result[name] = style
        return
    result[name] = {"rgbColor": normal_color(color)}
    result[plain] = normal_color(color)
