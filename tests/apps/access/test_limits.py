"""Counting requests: right across processes, and never in anybody's way."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from catenary.apps.access.operations.limits import Buckets, take_request, take_stranger
from catenary.domain.limits import Rate

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
TEN = Rate(10)

_OTHER_PROCESS = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
os.environ["DJANGO_SETTINGS_MODULE"] = "catenary.config.settings"
from catenary.apps.access.operations.limits import Buckets
from catenary.domain.limits import Rate
buckets = Buckets(Path(sys.argv[1]))
at = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
print(sum(buckets.take("one", Rate(1000), at).is_allowed for _ in range(600)))
"""


@pytest.fixture
def limited(settings: Any, tmp_path: Path) -> Any:
    """An installation in which a token may ask ten times a minute."""
    settings.API_REQUESTS_PER_MINUTE = 10
    settings.RATE_LIMITS_FILE = tmp_path / "rate-limits"
    return settings


def let_in(token: int, account: int, at: datetime = NOW, tries: int = 100) -> int:
    """How many requests are let in."""
    return sum(
        told is not None and told.is_allowed
        for told in (take_request(token_id=token, account_id=account, at=at) for _ in range(tries))
    )


def test_a_token_is_let_in_as_often_as_said(limited: Any) -> None:
    assert let_in(1, 1) == 10
    assert let_in(1, 1, NOW + timedelta(seconds=30)) == 5


def test_the_tokens_of_an_account_share_a_limit_of_their_own(limited: Any) -> None:
    assert [let_in(token, 1) for token in (1, 2, 3, 4)] == [10, 10, 10, 0]
    assert let_in(5, 2) == 10


def test_a_token_that_is_refused_takes_nothing_from_the_others(limited: Any) -> None:
    assert let_in(1, 1, tries=1000) == 10
    assert let_in(2, 1) == 10


def test_strangers_are_counted_by_address(limited: Any) -> None:
    assert [
        take_stranger(address=address, at=NOW) is not None
        and bool(take_stranger(address=address, at=NOW))
        for address in ("192.0.2.7", "2001:db8::")
    ] == [True, True]
    told = take_stranger(address="192.0.2.7", at=NOW)
    assert told is not None and not told.is_allowed


def test_all_addresses_of_one_ipv6_house_are_one_stranger(limited: Any) -> None:
    told = [take_stranger(address=f"2001:db8:1:2::{n:x}", at=NOW) for n in range(1, 4)]

    assert [one is not None and one.is_allowed for one in told] == [True, False, False]


def test_without_a_limit_nothing_is_counted(limited: Any) -> None:
    limited.API_REQUESTS_PER_MINUTE = 0

    assert take_request(token_id=1, account_id=1, at=NOW) is None
    assert take_stranger(address="192.0.2.7", at=NOW) is None


def test_several_processes_count_together(tmp_path: Path) -> None:
    path = tmp_path / "limits"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", _OTHER_PROCESS, str(path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]

    allowed = [int(process.communicate()[0]) for process in started]

    assert sum(allowed) == 1000
    assert path.stat().st_mode & 0o777 == 0o600


def test_several_threads_count_together(tmp_path: Path) -> None:
    buckets, allowed = Buckets(tmp_path / "limits"), []

    def ask() -> None:
        told = [buckets.take("one", Rate(1000), NOW).is_allowed for _ in range(400)]
        allowed.append(sum(told))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(allowed) == 1000


def test_more_keys_than_places_never_refuse_anybody_who_is_new(tmp_path: Path) -> None:
    buckets = Buckets(tmp_path / "limits")

    assert all(buckets.take(f"key {n}", TEN, NOW).is_allowed for n in range(80_000))


def test_without_a_folder_to_write_to_each_process_counts_for_itself(tmp_path: Path) -> None:
    buckets = Buckets(tmp_path / "missing" / "limits")

    assert sum(buckets.take("one", TEN, NOW).is_allowed for _ in range(20)) == 10


@pytest.mark.parametrize("junk", [b"", b"short", b"\xff" * 2_000_000])
def test_a_file_with_anything_in_it_does_no_harm(tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / "limits"
    path.write_bytes(junk)

    buckets = Buckets(path)

    assert buckets.take("one", TEN, NOW + timedelta(minutes=2)).is_allowed
