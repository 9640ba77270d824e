"""Subscribing to changes of conditions, ending it, and the secret addresses of feeds."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import string
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from catenary.apps.access.queries.accounts import reading_zone
from catenary.apps.common.operations import waiting_turn
from catenary.apps.common.operations.outbox import is_waiting, leave
from catenary.apps.monitoring.choices import NOTICE, About, Channel
from catenary.apps.monitoring.models import FeedAddress, Subscription
from catenary.apps.monitoring.operations.telling import begin_with_what_stands
from catenary.apps.monitoring.policies import may_call_without_tls
from catenary.apps.monitoring.queries.status import SHOWN
from catenary.apps.portfolio.queries.estate import current_estate, visible_services
from catenary.apps.portfolio.queries.lookup import services_by_reference
from catenary.domain.actors import Actor, Viewpoint
from catenary.domain.documents.hours import is_zone
from catenary.domain.refusals import Refusal, Refused
from catenary.domain.said import Said, figure, said
from catenary.domain.web_addresses import Unfit, refuse_what_cannot_be_asked

#: What one may want to hear of: everything that is not fine.
CONDITIONS = tuple(kind for kind in SHOWN if kind != "operational")
MOST_SUBSCRIPTIONS = 50
MOST_FEEDS = 20
_LONGEST_ADDRESS = 1_000
_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to hear of, and how. ``service`` is a reference, for `About.SERVICE`;
    ``with_shared`` is for `About.CONSUMED`: also of what only organizations above consume. Quiet
    hours are minutes after midnight in ``zone``, both or neither; without a zone, in the one their
    subscriber reads in."""

    about: str
    channel: str
    service: str = ""
    with_shared: bool = True
    address: str = ""
    conditions: Sequence[str] = CONDITIONS
    quiet_from: int | None = None
    quiet_until: int | None = None
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A subscription by its public name; it is not new when one has the very same already."""

    public_id: str
    is_new: bool


def subscribe(*, actor: Actor, viewpoint: Viewpoint, wish: Wish, at: datetime) -> Subscribed:
    """Subscribe in one's own name, looking from a viewpoint. Who wishes the same again keeps the
    subscription that stands.

    Raises `Refused` with every reason. A service one may not see is refused like one that does not
    exist.
    """
    wish = _in_a_zone(actor, wish)
    service_id = _service_id(actor, viewpoint, wish)
    _refuse(actor, wish, service_id)
    with waiting_turn():
        same = _same(actor, viewpoint, wish, service_id)
        if same:
            return Subscribed(same, is_new=False)
        _make_room(Subscription.objects.filter(ended_at__isnull=True), actor, MOST_SUBSCRIPTIONS)
        return Subscribed(_made(actor, viewpoint, wish, service_id, at), is_new=True)


class SubscriptionMissing(Exception):
    """One has no such subscription, or has ended it."""


def replace_subscription(
    *, actor: Actor, viewpoint: Viewpoint, public_id: str, wish: Wish, at: datetime
) -> str:
    """Let another subscription take the place of one of one's own: what was said stays as it was
    said. When the very same stands already, that is the one. Raises `SubscriptionMissing`, and
    `Refused` like `subscribe`."""
    rows = Subscription.objects.filter(
        public_id=public_id, account_id=actor.account_id or 0, ended_at__isnull=True
    )
    if not rows.exists():
        raise SubscriptionMissing(public_id)
    wish = _in_a_zone(actor, wish)
    service_id = _service_id(actor, viewpoint, wish)
    _refuse(actor, wish, service_id)
    with waiting_turn():
        if not rows.update(ended_at=at):
            raise SubscriptionMissing(public_id)
        same = _same(actor, viewpoint, wish, service_id)
        return same or _made(actor, viewpoint, wish, service_id, at)


def send_test(*, actor: Actor, public_id: str, at: datetime) -> None:
    """Send a message without any news the way a subscription's are sent. Raises
    `SubscriptionMissing`, and `Refused` while another test of it waits to be sent."""
    row = Subscription.objects.filter(
        public_id=public_id, account_id=actor.account_id or 0, ended_at__isnull=True
    ).first()
    if row is None:
        raise SubscriptionMissing(public_id)
    payload = {"subscriptions": [row.pk], "changes": [], "more": 0, "causes": [], "test": True}
    with waiting_turn():
        if is_waiting(kind=NOTICE, payload=payload):
            sentence, remedy = said("a test is on its way"), said("wait until it has come")
            raise Refused([Refusal("too-many", "subscription", (), sentence, remedy)])
        leave(kind=NOTICE, payloads=[payload], at=at)


def _in_a_zone(actor: Actor, wish: Wish) -> Wish:
    return wish if wish.zone else replace(wish, zone=reading_zone(actor.account_id))


def _refuse(actor: Actor, wish: Wish, service_id: int | None) -> None:
    refusals = list(_reasons_against(actor, wish, service_id))
    if refusals:
        raise Refused(refusals)


def _saying(
    actor: Actor, viewpoint: Viewpoint, wish: Wish, service_id: int | None
) -> dict[str, Any]:
    """What a subscription says: two that say the same are one."""
    return {
        "account_id": actor.account_id or 0,
        "organization_id": viewpoint.organization_id,
        "about": wish.about,
        "service_id": service_id,
        "with_shared": wish.with_shared or wish.about != About.CONSUMED,
        "channel": wish.channel,
        "address": wish.address.strip() if wish.channel == Channel.WEBHOOK else "",
        "conditions": " ".join(kind for kind in CONDITIONS if kind in wish.conditions),
        "quiet_from": wish.quiet_from,
        "quiet_until": wish.quiet_until,
        # Without quiet hours nothing hangs on it.
        **({"time_zone": wish.zone} if wish.quiet_from is not None else {}),
    }


def _same(actor: Actor, viewpoint: Viewpoint, wish: Wish, service_id: int | None) -> str:
    """The subscription that says the same and stands; nothing where there is none."""
    rows = Subscription.objects.filter(
        ended_at__isnull=True, **_saying(actor, viewpoint, wish, service_id)
    )
    return rows.order_by("pk").values_list("public_id", flat=True).first() or ""


def _made(
    actor: Actor, viewpoint: Viewpoint, wish: Wish, service_id: int | None, at: datetime
) -> str:
    public_id = _letters(12)
    saying = {**_saying(actor, viewpoint, wish, service_id), "time_zone": wish.zone}
    Subscription.objects.create(public_id=public_id, created_at=at, **saying)
    begin_with_what_stands(subscription=public_id, at=at)
    return public_id


def end_subscriptions(
    *, public_ids: Iterable[str], at: datetime, account_id: int | None = None
) -> int:
    """End subscriptions, of one account where it is given; how many there were. Without an account
    the caller proved by a signed address that their owner wants it."""
    rows = Subscription.objects.filter(public_id__in=list(public_ids), ended_at__isnull=True)
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    with waiting_turn():
        return rows.update(ended_at=at)


@dataclass(frozen=True, slots=True)
class IssuedFeed:
    """A new feed; ``secret`` is told here and never again."""

    public_id: str
    secret: str


def issue_feed(*, actor: Actor, viewpoint: Viewpoint, at: datetime) -> IssuedFeed:
    """Make a secret address for a feed reader. Raises `Refused` when there are very many."""
    public_id, body = _letters(12), _letters(40)
    with waiting_turn():
        _make_room(FeedAddress.objects.filter(revoked_at__isnull=True), actor, MOST_FEEDS)
        FeedAddress.objects.create(
            account_id=actor.account_id or 0,
            organization_id=viewpoint.organization_id,
            public_id=public_id,
            digest=digest_of(body),
            created_at=at,
        )
    return IssuedFeed(public_id, f"{public_id}{body}")


def revoke_feed(*, account_id: int, public_id: str, at: datetime) -> int:
    """Close one of one's feeds for good; how many there were of that name."""
    rows = FeedAddress.objects.filter(
        account_id=account_id, public_id=public_id, revoked_at__isnull=True
    )
    with waiting_turn():
        return rows.update(revoked_at=at)


def digest_of(body: str) -> str:
    """What is kept of a secret that nobody guesses."""
    return hashlib.sha256(body.encode()).hexdigest()


def is_same(digest: str, body: str) -> bool:
    """Compare in a time that does not tell how much of a guess is right."""
    return hmac.compare_digest(digest, digest_of(body))


def _letters(count: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(count))


def _make_room(rows: QuerySet[Any], actor: Actor, most: int) -> None:
    live = rows.filter(account_id=actor.account_id).count()
    if live >= most:
        sentence = said("there are {n} already", figure(most))
        remedy = said("end those that nobody needs")
        raise Refused([Refusal("too-many", "subscription", (), sentence, remedy)])


def _service_id(actor: Actor, viewpoint: Viewpoint, wish: Wish) -> int | None:
    if wish.about != About.SERVICE:
        return None
    row = services_by_reference([wish.service]).get(wish.service)
    estate = current_estate()
    place = estate.service_position(row.id) if row is not None else None
    if row is None or place is None:
        return None
    return row.id if visible_services(estate, actor, viewpoint)[place] else None


def _reasons_against(actor: Actor, wish: Wish, service_id: int | None) -> Iterator[Refusal]:
    def refusal(code: str, field: str, sentence: Said, remedy: Said) -> Refusal:
        return Refusal(code, "subscription", (field,), sentence, remedy)

    if actor.account_id is None:
        yield refusal("no-account", "account", said("nobody is signed in"), said("sign in"))
    if wish.about not in set(About):
        yield refusal(
            "about-unknown",
            "about",
            said("it is not said what to hear of"),
            said("choose a service, what is used or what is provided"),
        )
    elif wish.about == About.SERVICE and service_id is None:
        yield refusal(
            "service-unknown",
            "service",
            said("there is no such service to be seen"),
            said("write its reference, like organization/service"),
        )
    if wish.channel not in set(Channel):
        yield refusal(
            "channel-unknown",
            "channel",
            said("it is not said how to hear"),
            said("choose e-mail or webhook"),
        )
    elif wish.channel == Channel.WEBHOOK and (unfit := _against_address(wish.address.strip())):
        yield refusal("address-unfit", "address", *unfit)
    if not any(kind in CONDITIONS for kind in wish.conditions):
        yield refusal(
            "conditions-missing",
            "conditions",
            said("no condition is chosen"),
            said("choose at least one"),
        )
    quiet = (wish.quiet_from, wish.quiet_until)
    if (quiet[0] is None) != (quiet[1] is None) or not all(
        minute is None or 0 <= minute < 24 * 60 for minute in quiet
    ):
        yield refusal(
            "quiet-unfit",
            "quiet",
            said("quiet hours have a beginning and an end"),
            said("give both, like 22:00 and 06:00, or neither"),
        )
    if not is_zone(wish.zone):
        yield refusal(
            "zone-unknown",
            "zone",
            said("there is no such time zone"),
            said("write one like Europe/Berlin"),
        )


def _against_address(text: str) -> tuple[Said, Said] | None:
    """Why a webhook there could never be called, as far as its address itself tells: where a name
    leads shows when it is called, and may be another place then."""
    if not text:
        return said("the address of the webhook is missing"), said("write where it is called")
    if len(text) > _LONGEST_ADDRESS:
        sentence = said("the address is longer than {n} characters", figure(_LONGEST_ADDRESS))
        return sentence, said("choose a shorter one")
    try:
        refuse_what_cannot_be_asked(
            text, own=settings.OWN_NETWORKS, is_plain_allowed=may_call_without_tls()
        )
    except Unfit as unfit:
        return unfit.sentence, unfit.remedy
    return None
