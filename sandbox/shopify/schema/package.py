"""The whole Admin schema, as Shopify gives it out in one of its npm packages."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphql import build_client_schema

from sandbox.shopify.schema.admin import Admin

PACKAGE = "@shopify/dev-mcp@1.16.0"

SCHEMA = re.compile(r"package/dist/data/admin_([\w-]+)\.json\.gz")

ALTERNATIVES = re.compile(r"(`\w+` access scope(, | or |))+\.( Also: [^`]*)?")
"""How `requiredAccess` reads where one of the scopes is enough."""


class NoPackage(Exception):
    """The package is not to be had; the text says why."""


def fetch(folder: Path) -> Path:
    """The package as a file in this folder, from whatever registry npm is set up for. Raises NoPackage."""
    command = ["npm", "pack", PACKAGE, "--silent", "--pack-destination", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoPackage(f"npm could not be run: {error}") from None
    if done.returncode:
        raise NoPackage(f"`{' '.join(command)}` failed: {done.stderr.strip() or done.stdout.strip()}")
    return folder / done.stdout.strip().splitlines()[-1]


class Package:
    """The file's contents."""

    def __init__(self, file: Path) -> None:
        with tarfile.open(file) as archive:
            names = archive.getnames()
            self.licence = _read(archive, "package/LICENSE").decode("utf-8").strip()
            found = [(match[1], name) for name in names if (match := SCHEMA.fullmatch(name))]
            self._packed = {version: _read(archive, name) for version, name in sorted(found)}

    def versions_from(self, version: str) -> list[str]:
        """This version and what comes after it. Raises NoPackage where the package does not have it."""
        if version not in self._packed:
            raise NoPackage(f"{PACKAGE} has no schema of {version}, but {', '.join(self._packed)}.")
        return [other for other in self._packed if other >= version]  # `unstable` sorts behind every date

    def admin(self, version: str) -> Admin:
        """The whole schema of a version: some 3,500 types."""
        content = json.loads(gzip.decompress(self._packed[version]))
        types = build_client_schema(content["data"], assume_valid=True)
        access = dict(_access(content["offline_scopes"]["items"]))
        return Admin(version, types, access, frozenset(_personal(content["data"]["__schema"]["types"])))


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(name)
    assert member is not None, name
    return member.read()


def _access(items: list[dict[str, Any]]) -> Iterator[tuple[str, frozenset[str]]]:
    """The scopes of which one is enough; where it is not so simple, the sentence, which nobody is granted."""
    for item in items:
        if sentence := item["requiredAccess"].replace("\n", " ").strip():
            place = ".".join(filter(None, (item["typeName"], item.get("fieldName"))))
            is_simple = ALTERNATIVES.fullmatch(sentence) and item["offlineScopes"]
            yield place, frozenset(item["offlineScopes"] if is_simple else [sentence])


def _personal(types: list[dict[str, Any]]) -> Iterator[str]:
    for named in types:
        for field in named["fields"] or ():
            if field["isProtected"]:
                yield f"{named['name']}.{field['name']}"
