"""python -m sandbox: the local Google, with Shopify, Slack and Zapier at its address, until interrupted."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from threading import Thread

from sandbox.forwarding import Function, NotLocal
from sandbox.front import Beside
from sandbox.later import Later
from sandbox.server import serve
from sandbox.slack import SlackStand
from sandbox.zap import ZapStand, read_zaps

PORT = 8090
FOLDER = ".local"
LOOPBACK = "127.0.0.1"
README = Path(__file__).parent.parent / "README.md"


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    port, folder = os.environ.get("SANDBOX_PORT", PORT), os.environ.get("LOCAL_DIR", FOLDER)
    options.add_argument(
        "--port", type=int, default=port, help=f"SANDBOX_PORT, else {PORT}; 0 takes a free one"
    )
    options.add_argument("--dir", type=Path, default=folder, help=f"LOCAL_DIR, else {FOLDER}")
    options.add_argument("--host", default=LOOPBACK, help="another address than loopback lets others in")
    options.add_argument(
        "--function",
        default=os.environ.get("FUNCTION_URL", ""),
        metavar="URL",
        help="FUNCTION_URL: the function on this machine that the page's sidebar and the Zap call",
    )
    args = options.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        function = Function(args.function, os.environ.get("API_TOKEN", ""))
        zapier = _zapier(function)
        places = ("/admin/", "/_sandbox/shopify/")
        shopify = Later("The shop", places, lambda: _shopify(Path(args.dir), zapier))
        stands: list[Beside] = [shopify, SlackStand(), zapier]
        serve(Path(args.dir) / "sheets", args.host, args.port, function, stands)
    except NotLocal as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"Cannot serve on {args.host}:{args.port}: {error.strerror}.", file=sys.stderr)
        return 2
    return 0


def _zapier(function: Function) -> ZapStand:
    """The README's Zaps on this function."""
    zaps = read_zaps(README.read_text(encoding="utf-8"))
    zapier = ZapStand(zaps, function=function.url, secret=function.token)
    zapier.keep_going()
    return zapier


def _shopify(folder: Path, zapier: ZapStand) -> Beside:
    """The sample shop, whose paid orders the Zap is run for, where there is a function to call.

    Its libraries take longer to load than all of the local Google.
    """
    from sandbox.shopify.stand import ShopifyStand

    shopify = ShopifyStand(folder / "shopify", sample=True)
    if zapier.function:
        shopify.shop.listeners.append(
            lambda order: Thread(target=zapier.order, args=(order,), daemon=True).start()
        )
    return shopify


if __name__ == "__main__":
    sys.exit(main())
