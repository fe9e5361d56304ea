"""python -m sandbox.shopify.schema: our operations against Shopify's whole schema, this version and the next.

It also says whether the part of the schema that is kept here is still the same; `--write` makes it anew.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from sandbox.shopify.schema.admin import FILE, VERSION, Admin
from sandbox.shopify.schema.checking import mistakes, read_operations
from sandbox.shopify.schema.package import PACKAGE, NoPackage, Package, fetch
from sandbox.shopify.schema.pruning import pruned

HEAD = """\
The part of Shopify's GraphQL Admin schema, version {version}, that our operations use. The rest is left out,
and so are the descriptions. `make schema` holds it against the whole; `make schema WRITE=1` makes it anew.

@access and @personal are no directives of Shopify's. They keep what its documentation says beside a type or
field: the scopes of which one has to be granted, and customers' data that it protects.

From npm {package}, dist/data/admin_{version}.json.gz, under this licence:

{licence}
"""


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m sandbox.shopify.schema", description=__doc__)
    options.add_argument("--write", action="store_true", help=f"makes {FILE.name} anew")
    options.add_argument("--package", type=Path, metavar="FILE", help=f"{PACKAGE} as a file, instead of npm")
    args = options.parse_args()
    try:
        with tempfile.TemporaryDirectory() as folder:
            package = Package(args.package or fetch(Path(folder)))
        return _run(package, write=args.write)
    except NoPackage as error:
        print(error, file=sys.stderr)
        return 1


def _run(package: Package, *, write: bool) -> int:
    """The exit status: 0, or 1 where an operation is wrong or the file is not what it should be."""
    operations = read_operations()
    found = 0
    for version in package.versions_from(VERSION):
        found += _check(package.admin(version), operations)
    text = kept(package, operations)
    if write:
        FILE.write_text(text, encoding="utf-8")
        print(f"{FILE.name}: {len(text):,} characters.")
    elif not FILE.exists() or FILE.read_text(encoding="utf-8") != text:
        print(f"{FILE.name} is not what the operations need: make it anew with `make schema WRITE=1`.")
        found += 1
    return 1 if found else 0


def _check(admin: Admin, operations: dict[str, str]) -> int:
    """How many mistakes there are; each is printed."""
    wrong = [f"{name}: {mistake}" for name, text in operations.items() for mistake in mistakes(text, admin)]
    print("\n".join([f"{admin.version}: {len(operations)} operations, {len(wrong)} mistakes.", *wrong]))
    return len(wrong)


def kept(package: Package, operations: dict[str, str]) -> str:
    """The file as it is to be."""
    head = HEAD.format(version=VERSION, package=PACKAGE, licence=package.licence)
    comment = "\n".join(f"# {line}".rstrip() for line in head.splitlines())
    return f"{comment}\n\n{pruned(package.admin(VERSION), operations.values())}"


if __name__ == "__main__":
    sys.exit(main())
