#!/usr/bin/env bash
# The browser tests drive Debian's chromium. Exit status 1, with a sentence, where it is not there and cannot be
# had; make test then skips those tests.
set -euo pipefail

[ -x /usr/bin/chromium ] && exit 0
if ! command -v apt-get > /dev/null || [ "$(id -u)" != 0 ]; then
    echo "The browser tests need /usr/bin/chromium. As root, on Debian: apt-get install chromium" >&2
    exit 1
fi
echo "Installing chromium, for the browser tests ..."
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } > "$log" 2>&1; then
    tail -3 "$log" >&2
    echo "The browser tests need chromium, and apt-get could not install it." >&2
    exit 1
fi
