"""What could not be sent and was given up, gathered by the address it is for: what operators look
at, try again or discard."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from catenary.apps.common.queries import in_batches
from catenary.apps.common.queries.outbox import Bundle, bundles, dead_rows
from catenary.apps.monitoring.choices import NOTICE, Channel
from catenary.apps.monitoring.models import Subscription

#: What messages are for whose receiver is gone for good.
NOBODY = "-"


@dataclass(frozen=True, slots=True)
class GivenUp:
    """So many ``messages`` to one ``address`` (of a webhook or mailbox, `NOBODY` where the account
    is gone, or the kind of what is no notice), given up from ``since`` to ``last_at``, with why
    the last one was. ``is_wanted``: somebody is subscribed there still."""

    address: str
    messages: int
    since: datetime
    last_at: datetime
    attempts: int
    trouble: str
    is_wanted: bool


def given_up() -> list[GivenUp]:
    """Everything that was given up, the address with the most messages first."""
    found = bundles(is_dead=True)
    receivers = _receivers(number for bundle in found for number in bundle.numbers)
    gathered: dict[str, list[Bundle]] = {}
    wanted: set[str] = set()
    for bundle in found:
        address, is_wanted = _address(bundle.kind, bundle.numbers, receivers)
        gathered.setdefault(address, []).append(bundle)
        if is_wanted:
            wanted.add(address)
    made = [_one(address, each, address in wanted) for address, each in gathered.items()]
    return sorted(made, key=lambda each: (-each.messages, each.address))


def given_up_rows(addresses: Collection[str] | None, *, until: datetime) -> Iterator[int]:
    """The numbers of the rows given up until a moment that are for these addresses, or of all."""
    found = bundles(is_dead=True) if addresses is not None else []
    receivers = _receivers(number for bundle in found for number in bundle.numbers)
    meant = {
        (bundle.kind, bundle.numbers)
        for bundle in found
        if addresses is not None
        and _address(bundle.kind, bundle.numbers, receivers)[0] in addresses
    }
    for number, kind, numbers in dead_rows(until=until):
        if addresses is None or (kind, numbers) in meant:
            yield number


def _one(address: str, gathered: list[Bundle], is_wanted: bool) -> GivenUp:
    last = max(gathered, key=lambda bundle: bundle.last_at)
    return GivenUp(
        address=address,
        messages=sum(bundle.rows for bundle in gathered),
        since=min(bundle.first_at for bundle in gathered),
        last_at=last.last_at,
        attempts=last.attempts,
        trouble=last.trouble,
        is_wanted=is_wanted,
    )


def _receivers(numbers: Iterable[int]) -> dict[int, tuple[str, bool]]:
    """Where subscriptions are told, and whether they stand; ended ones too."""
    found: dict[int, tuple[str, bool]] = {}
    for batch in in_batches(sorted(set(numbers))):
        rows = Subscription.objects.filter(pk__in=batch)
        for number, channel, address, email, ended_at in rows.values_list(
            "pk", "channel", "address", "account__email", "ended_at"
        ):
            found[number] = (address if channel == Channel.WEBHOOK else email, ended_at is None)
    return found


def _address(
    kind: str, numbers: tuple[int, ...], receivers: dict[int, tuple[str, bool]]
) -> tuple[str, bool]:
    if kind != NOTICE:
        return kind, True
    told = [receivers[number] for number in numbers if number in receivers]
    if not told:
        return NOBODY, False
    return told[0][0], any(is_wanted for _address, is_wanted in told)
