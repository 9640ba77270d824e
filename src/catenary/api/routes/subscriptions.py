"""Subscriptions: what one is told when conditions change, by e-mail or by a signed webhook.

The same operations as on the page, for oneself alone. Writing takes a token made to administer: a
subscription goes on telling when the token that made it has ended (decision 0094).
"""

from __future__ import annotations

from datetime import time
from typing import Annotated, Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from catenary import clock
from catenary.api.answers import json_answer
from catenary.api.asking import MANAGING, READING, Asking, asking_of
from catenary.api.bodies import mapping, parse, read_bytes, read_json
from catenary.api.once import REPLAYED, carried_out_once
from catenary.api.problems import Error, Trouble, not_found, refused_trouble
from catenary.api.schemas_of_subscriptions import WISH
from catenary.apps.monitoring.choices import Channel
from catenary.apps.monitoring.operations.subscriptions import (
    CONDITIONS,
    SubscriptionMissing,
    Wish,
    end_subscriptions,
    replace_subscription,
    send_test,
    subscribe,
)
from catenary.apps.monitoring.queries.deliveries import deliveries_of
from catenary.apps.monitoring.queries.subscriptions import (
    SubscriptionRow,
    standing_subscriptions,
    subscription_as_plain,
)
from catenary.apps.organizations.queries import viewpoint_of
from catenary.apps.portfolio.queries.lookup import services_by_id
from catenary.connectors.webhooks.sending import secret_of
from catenary.domain.refusals import Refused

router = Router(tags=["subscriptions"])
_ONE = "/subscriptions/{name}"
_LONGEST = 1_001

Name = Annotated[str, Path(description="the name of the subscription")]


@router.get("/subscriptions", auth=READING, operation_id="readSubscriptions")
def read_subscriptions(request: HttpRequest) -> HttpResponse:
    """What one is told oneself, in the order in which one subscribed."""
    rows = standing_subscriptions(account_id=asking_of(request).account_id)
    return json_answer({"items": _plain(rows)})


@router.post("/subscriptions", auth=MANAGING, operation_id="subscribe")
def subscribe_to(request: HttpRequest) -> HttpResponse:
    """Subscribe, looking as the organization one looks as. The secret of a webhook stands in this
    answer and nowhere else. Who subscribes to the same again gets the subscription that stands:
    `outcome` is then `unchanged`. With an `Idempotency-Key` the same may be sent again without
    subscribing twice."""
    asking = asking_of(request)
    body = read_bytes(request)
    wish, viewpoint = _wish(parse(body)), asking.viewpoint
    if viewpoint is None:
        raise not_found("organization that you may look as", request.GET.get("as", ""))

    def carry_out() -> bytes:
        try:
            made = subscribe(actor=asking.actor, viewpoint=viewpoint, wish=wish, at=clock.now())
        except Refused as refused:
            raise refused_trouble(refused) from None
        return orjson.dumps({"name": made.public_id, "is_new": made.is_new})

    # The name alone is kept with the key. The secret follows from it, and is kept nowhere.
    came = carried_out_once(request, asking, body, carry_out)
    headers = {name: value for name, value in came.items() if name == REPLAYED}
    said = orjson.loads(came.content)
    # What was kept before there was a choice made something new.
    outcome = "created" if said.get("is_new", True) else "unchanged"
    return _made(asking, said["name"], headers, outcome=outcome)


@router.get(_ONE, auth=READING, operation_id="readSubscription")
def read_subscription(request: HttpRequest, name: Name) -> HttpResponse:
    """One of one's subscriptions."""
    (plain,) = _plain([_mine(asking_of(request), name)])
    return json_answer(plain)


@router.put(_ONE, auth=MANAGING, operation_id="replaceSubscription")
def put_subscription(request: HttpRequest, name: Name) -> HttpResponse:
    """Let another subscription take the place of this one: the answer says its name and, of a
    webhook, its new secret."""
    asking = asking_of(request)
    wish, before = _wish(read_json(request)), _mine(asking, name)
    viewpoint = viewpoint_of(asking.actor, before.organization_key)
    if viewpoint is None:
        raise not_found("subscription", name)
    try:
        made = replace_subscription(
            actor=asking.actor, viewpoint=viewpoint, public_id=name, wish=wish, at=clock.now()
        )
    except SubscriptionMissing:
        raise not_found("subscription", name) from None
    except Refused as refused:
        raise refused_trouble(refused) from None
    return _made(asking, made, outcome="changed")


@router.delete(_ONE, auth=MANAGING, operation_id="endSubscription")
def delete_subscription(request: HttpRequest, name: Name) -> HttpResponse:
    """End a subscription: nothing is told any more."""
    account_id = asking_of(request).account_id
    if not end_subscriptions(public_ids=[name], at=clock.now(), account_id=account_id):
        raise not_found("subscription", name)
    return json_answer({"name": name})


@router.post(f"{_ONE}/test", auth=MANAGING, operation_id="testSubscription")
def test_subscription(request: HttpRequest, name: Name) -> HttpResponse:
    """Send a message without any news the way this subscription's are sent, as soon as the worker
    comes to it."""
    try:
        send_test(actor=asking_of(request).actor, public_id=name, at=clock.now())
    except SubscriptionMissing:
        raise not_found("subscription", name) from None
    except Refused as refused:
        raise refused_trouble(refused) from None
    return json_answer({"name": name})


def _mine(asking: Asking, name: str) -> SubscriptionRow:
    rows = standing_subscriptions(account_id=asking.account_id)
    for row in rows:
        if row.public_id == name:
            return row
    raise not_found("subscription", name)


def _made(
    asking: Asking, name: str, headers: dict[str, str] | None = None, *, outcome: str
) -> HttpResponse:
    row = _mine(asking, name)
    (plain,) = _plain([row])
    secret = secret_of(name) if row.channel == Channel.WEBHOOK else None
    return json_answer({**plain, "outcome": outcome, "secret": secret}, headers=headers)


def _plain(rows: list[SubscriptionRow]) -> list[dict[str, Any]]:
    services = services_by_id(row.service_id for row in rows if row.service_id)
    deliveries = deliveries_of([row.id for row in rows])
    return [
        subscription_as_plain(
            row,
            services[row.service_id].reference if row.service_id in services else "",
            deliveries[row.id],
        )
        for row in rows
    ]


def _wish(said: Any) -> Wish:
    body = mapping(said, WISH)
    quiet = _quiet(body.get("quiet"))
    return Wish(
        about=_text(body, "about"),
        channel=_text(body, "channel"),
        service=_text(body, "service"),
        with_shared=_flag(body, "with-shared"),
        address=_text(body, "address"),
        conditions=_conditions(body.get("conditions", list(CONDITIONS))),
        quiet_from=_minute(quiet, "from"),
        quiet_until=_minute(quiet, "until"),
        zone=_text(quiet, "zone", "/quiet"),
    )


def _conditions(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(each in CONDITIONS for each in value):
        raise _wrong("/conditions", WISH["conditions"])
    return value


def _quiet(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict) or not {"from", "until"} <= value.keys():
        raise _wrong("/quiet", WISH["quiet"])
    known = {"from": "like 22:00", "until": "like 06:00", "zone": "like Europe/Berlin"}
    return mapping(value, known, "/quiet")


def _minute(quiet: dict[str, Any], name: str) -> int | None:
    """Minutes after midnight; none where nothing is quiet."""
    if not quiet:
        return None
    try:
        read = time.fromisoformat(_text(quiet, name, "/quiet"))
    except ValueError:
        raise _wrong(f"/quiet/{name}", "a time like 22:00") from None
    return read.hour * 60 + read.minute


def _flag(body: dict[str, Any], name: str) -> bool:
    value = body.get(name, True)
    if not isinstance(value, bool):
        raise _wrong(f"/{name}", "true or false")
    return value


def _text(body: dict[str, Any], name: str, base: str = "") -> str:
    value = body.get(name, "")
    if not isinstance(value, str) or len(value) > _LONGEST or "\0" in value:
        raise _wrong(f"{base}/{name}", WISH.get(name, "text"))
    return value


def _wrong(where: str, expected: str) -> Trouble:
    error = Error("this is not what was expected", where, code="invalid", expected=expected)
    return Trouble("invalid", "the body is not what was expected", [error])
