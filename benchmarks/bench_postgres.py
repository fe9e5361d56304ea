"""For scale: the same orders through a table of keys in PostgreSQL, one transaction an order.

python -m benchmarks.bench_postgres [--seconds 10] [--connections 1 10 100]

FOR UPDATE SKIP LOCKED on the oldest free key, asked by pgbench over a local socket. It is left out where
PostgreSQL's server is not installed.
"""

from __future__ import annotations

import argparse
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

INSTALLED = Path("/usr/lib/postgresql")
PRODUCTS = 5

TABLES = f"""
CREATE TABLE keys (no bigint PRIMARY KEY, sku int NOT NULL, keycode text NOT NULL, order_id bigint);
INSERT INTO keys SELECT n, mod(n, {PRODUCTS}), 'EX-' || n, NULL FROM generate_series(1, %d) n;
CREATE INDEX ON keys (sku, no) WHERE order_id IS NULL;
CREATE TABLE orders (order_id bigint PRIMARY KEY, keycode text NOT NULL, at timestamptz DEFAULT now());
CREATE SEQUENCE arrivals;
ANALYZE;
"""

ONE_ORDER = f"""
\\set sku random(0, {PRODUCTS - 1})
BEGIN;
SELECT nextval('arrivals') AS order_id \\gset
SELECT no, keycode FROM keys WHERE sku = :sku AND order_id IS NULL
  ORDER BY no LIMIT 1 FOR UPDATE SKIP LOCKED \\gset
UPDATE keys SET order_id = :order_id WHERE no = :no;
INSERT INTO orders (order_id, keycode) VALUES (:order_id, ':keycode');
COMMIT;
"""

KEYS_A_SECOND = 10_000


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.bench_postgres", description=__doc__)
    options.add_argument("--seconds", type=int, default=10)
    options.add_argument("--connections", type=int, nargs="+", default=[1, 10, 100])
    args = options.parse_args()
    programs = installed()
    if programs is None:
        print("PostgreSQL's server is not installed: its row is left out.")
        return
    table = Table("connections", "orders", "orders/min", "average ms", "keys given twice")
    table.title = "For scale: PostgreSQL, one transaction an order, no latency between"
    for count in args.connections:
        with server(programs, keys=KEYS_A_SECOND * args.seconds) as database:
            table.add_row(f"{count:,}", *database.run(count, args.seconds))
    Console(width=110).print(table)


def installed() -> Path | None:
    """Where the newest server's programs are."""
    found = sorted(INSTALLED.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


class Database:
    """A server of our own on a socket in a folder of its own."""

    def __init__(self, programs: Path, folder: Path, user: str) -> None:
        self._programs, self.folder, self._user = programs, folder, user

    def call(self, program: str, *arguments: str) -> str:
        """What a program of PostgreSQL's says; it may not be run by root."""
        command = [str(self._programs / program), *arguments]
        environment = {**os.environ, "PGHOST": str(self.folder), "PGUSER": self._user, "LC_ALL": "C"}
        done = subprocess.run(
            command, user=self._user, cwd=self.folder, env=environment, text=True, check=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return done.stdout

    def query(self, text: str) -> str:
        return self.call("psql", "-d", "postgres", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-c", text)

    def run(self, connections: int, seconds: int) -> list[str]:
        """Orders, orders a minute, the average time of one, and how many keys went out twice."""
        script = self.folder / "order.sql"
        script.write_text(ONE_ORDER)
        said = self.call(
            "pgbench", "-n", "-d", "postgres", "-f", str(script), "-c", str(connections), "-T", str(seconds),
            "-j", str(min(connections, 2)),
        )  # fmt: skip
        average = re.search(r"latency average = ([\d.]+)", said)
        orders = int(self.query("SELECT count(*) FROM orders"))
        twice = int(self.query("SELECT count(*) - count(DISTINCT keycode) FROM orders"))
        average_ms = average[1] if average else "?"
        return [f"{orders:,}", f"{orders / seconds * 60:,.0f}", average_ms, str(twice)]


@contextmanager
def server(programs: Path, *, keys: int) -> Iterator[Database]:
    """A fresh server with so many keys, durable as PostgreSQL is by default; gone afterwards."""
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    folder = Path(tempfile.mkdtemp())
    shutil.chown(folder, user)
    folder.chmod(0o755)
    database = Database(programs, folder, user)
    data = str(folder / "data")
    settings = f"-k {folder} -c listen_addresses='' -c max_connections=200"
    try:
        database.call("initdb", "-D", data, "-A", "trust", "-U", user)
        database.call("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", settings, "start")
        try:
            database.query(TABLES % keys)
            yield database
        finally:
            database.call("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
