#!/usr/bin/env python3
"""Run one command with a throw-away PostgreSQL behind it.

    scripts/postgres_for_tests.py COMMAND [ARGUMENT…]

A new cluster is made in a temporary folder, started on a free loopback port, named to the
command in DATABASE_URL, and stopped and removed when the command has ended or was interrupted.
Nothing outside that folder is touched: a PostgreSQL that runs on this machine is left alone.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

SETTINGS = {
    # Nothing here has to survive a power cut.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    # Several test processes, each with a pool of connections.
    "max_connections": "200",
    "shared_buffers": "256MB",
    # Tests write within transactions that never end well. To autovacuum their tables are empty;
    # once it has said so, the planner walks thousands of rows in loops within loops.
    "autovacuum": "off",
    # Of tables it knows nothing about it thinks the worst, and compiles what takes a millisecond.
    "jit": "off",
    "listen_addresses": "127.0.0.1",
}
SECONDS_TO_START = "60"


class CannotStart(Exception):
    """PostgreSQL is missing or did not start; the message says what to do."""


def programs() -> Path:
    """The folder with PostgreSQL's server programs: the newest one when there are several."""
    on_path = shutil.which("initdb")
    if on_path:
        # Often a link; the other programs stand beside what it points at.
        return Path(on_path).resolve().parent
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(found, key=lambda path: float(path.parent.parent.name), default=None)
    if newest is None:
        raise CannotStart("PostgreSQL is missing. As root: apt-get install postgresql")
    return newest.parent


def user_to_be() -> str | None:
    """Whom to run PostgreSQL as when we are root, which it refuses; None: as ourselves."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in known:
            return name
    raise CannotStart("PostgreSQL will not run as root and there is no user postgres or nobody.")


def free_port() -> int:
    """A loopback port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Cluster:
    """One PostgreSQL cluster in one folder, from making to stopping."""

    def __init__(self, folder: Path) -> None:
        """Remember where it will stand; nothing is started yet."""
        self.bin = programs()
        self.folder = folder
        self.data = folder / "data"
        self.user = user_to_be()
        self.port = 0
        self.password = secrets.token_urlsafe(24)

    @property
    def url(self) -> str:
        """DATABASE_URL of the database in it."""
        return f"postgresql://catenary:{self.password}@127.0.0.1:{self.port}/catenary"

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs, as the user who may; its words only if it fails."""
        # A new session: an interrupt at the terminal is for the tests. The server ends when we
        # stop it, after they have closed their connections.
        done = subprocess.run(
            [self.bin / program, *arguments],
            cwd=self.folder,
            user=self.user,
            group=pwd.getpwnam(self.user).pw_gid if self.user else None,
            extra_groups=[] if self.user else None,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode:
            said = done.stdout.decode(errors="replace").strip()
            raise CannotStart(f"{program} failed with {done.returncode}: {said}")

    def make(self) -> None:
        """Make the cluster and its settings."""
        secret = self.folder / "password"
        secret.write_text(self.password, encoding="ascii")
        if self.user:
            shutil.chown(self.folder, self.user)
            shutil.chown(secret, self.user)
        # The socket lies in a folder that nobody else may enter, so it needs no password;
        # every user of the machine can reach the port, so that does.
        self.run(
            *("initdb", "--pgdata", str(self.data), "--username", "catenary"),
            *("--auth-local", "trust", "--auth-host", "scram-sha-256", "--pwfile", str(secret)),
            *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions"),
        )
        settings = {**SETTINGS, "unix_socket_directories": str(self.folder)}
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())

    def start(self) -> None:
        """Start it; another process may take the port in between, so try a few."""
        log = self.folder / "log"
        for attempts_left in (2, 1, 0):
            self.port = free_port()
            try:
                self.run(
                    *("pg_ctl", "start", "--wait", "--timeout", SECONDS_TO_START, "--silent"),
                    *("--pgdata", str(self.data), "--log", str(log), "-o", f"-p {self.port}"),
                )
                break
            except CannotStart as problem:
                if not attempts_left:
                    said = log.read_text(errors="replace") if log.exists() else ""
                    raise CannotStart(f"{problem}\n{said}") from problem
        where = ("--host", str(self.folder), "--port", str(self.port), "--username", "catenary")
        self.run("createdb", *where, "catenary")

    def stop(self) -> None:
        """Stop the server of this data folder, and no other; it has nothing worth saving."""
        # Somebody who interrupts twice must not leave the server behind.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if (self.data / "postmaster.pid").exists():
            self.run(
                *("pg_ctl", "stop", "--mode", "immediate", "--wait", "--silent"),
                *("--pgdata", str(self.data)),
            )


@contextmanager
def throw_away_cluster() -> Iterator[Cluster]:
    """A running cluster that is gone afterwards, whatever happens in between."""
    # A socket's path may be 107 characters long, which a long TMPDIR can use up.
    inside = tempfile.gettempdir()
    folder = Path(tempfile.mkdtemp("", "catenary-pg-", inside if len(inside) < 60 else "/tmp"))
    try:
        cluster = Cluster(folder)
        try:
            cluster.make()
            cluster.start()
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def give_up(number: int, _frame: FrameType | None) -> NoReturn:
    """Turn a signal into an ordinary end, so that the cluster is stopped on the way out."""
    sys.exit(128 + number)


def run_with_database(command: Sequence[str]) -> int:
    """Run `command` with DATABASE_URL set; its exit code."""
    with throw_away_cluster() as cluster:
        process = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": cluster.url})
        try:
            return process.wait()
        except KeyboardInterrupt:
            # The terminal interrupted the command too; it has its own tidying to do.
            return process.wait() or 130
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()


def main(command: list[str]) -> int:
    """Run the command given; 2 when PostgreSQL could not be started."""
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, give_up)
    try:
        return run_with_database(command)
    except CannotStart as problem:
        print(f"postgres_for_tests: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
