"""The blueprint workshop: what lies on a table, and everything that can be said and done at it.

The same operations as on the page (`exchange.catalogue.workshop`). To whom a table is not laid
there is none, in the words for a service that is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from catenary import clock
from catenary.api.answers import json_answer
from catenary.api.asking import READING, WRITING, Asking, asking_of
from catenary.api.bodies import mapping, parse, read_bytes
from catenary.api.looking import AsOf, moment_of, then_of
from catenary.api.once import REPLAYED, carried_out_once
from catenary.api.parameters import Organization, ServiceKey
from catenary.api.problems import Error, Trouble, mistakes, not_found, pointer, reasons
from catenary.api.writing import conflict, refusal
from catenary.apps.common.operations import CatalogueBusy
from catenary.apps.portfolio.choices import AnswerKind
from catenary.apps.portfolio.queries.workshop import Proposal, Table, Workshop, workshop
from catenary.domain.findings import Problem
from catenary.domain.refusals import Refused
from catenary.domain.workshop.standing import Confirmation, Side, Standing
from catenary.domain.workshop.suggestions import Suggestion, read_suggestion
from catenary.exchange.catalogue.amending import Conflicts
from catenary.exchange.catalogue.workshop import Desk, NoTable

router = Router(tags=["workshop"])
_AT = "/services/{organization}/{service}/workshop"
Customer = Annotated[
    str,
    Query(
        max_length=200, description="key of the customer at whose table one sits; else the nearest"
    ),
]
BODY = {
    "do": "write, propose, accept, decline, withdraw, say or confirm",
    "customer": "key of the customer at whose table it is done",
    "side": "provider or customer: for whom one speaks",
    "version": "the version that was read",
    "part": "the part of the blueprint: outcomes, costs.removed, utility, warranty.availability, …",
    "act": "add, change or remove",
    "subject": "the key of an outcome or requirement, the name of a process, else the line as it "
    "stands; nothing where there is one line at most",
    "statement": "the line as it shall be",
    "measure": "of an outcome: name, unit, baseline, target, better",
    "kind": "of a requirement of utility: feature, ease-of-use, cost or other",
    "channel": "of a requirement: the channel it is about",
    "steps": "of a process: its steps, one on each line",
    "proposal": "the number of a proposal",
    "words": "an answer, or a question",
    "take_over": "write although another source manages the service",
}
MEASURE = {name: "a text" for name in ("name", "unit", "baseline", "target", "better")}
#: What stands against an act, whatever is sent again.
_AGAINST = frozenset(
    {"confirmed", "both-sides", "settled", "already-there", "too-many", "other-side"}
)
LONGEST = 20_000


@router.get(_AT, auth=READING, operation_id="readWorkshop")
def read_workshop(
    request: HttpRequest,
    organization: Organization,
    service: ServiceKey,
    customer: Customer = "",
    as_of: AsOf = "",
) -> HttpResponse:
    """The workshop of a service: how it stands with each customer at whose table one sits, and
    everything on the table of one: who confirmed which version, proposals and what was said. With
    `as_of` as it stood at that moment, when nobody has a seat."""
    reference, then = f"{organization}/{service}", then_of(as_of)
    at = None if then is None else then.moment
    told = _plain(_found(asking_of(request), reference, customer, at))
    return json_answer(told if then is None else told | {"as_of": moment_of(then)})


@router.post(_AT, auth=WRITING, operation_id="actInWorkshop")
def act_in_workshop(
    request: HttpRequest, organization: Organization, service: ServiceKey
) -> HttpResponse:
    """Do one thing at a table: `propose` a line to the other side, `write` it as an editor of the
    provider, `accept`, `decline` or `withdraw` a proposal, `say` something about it, or `confirm`
    the `version` that was read. Answers with the table as it is then.

    With an `Idempotency-Key` the same act can be sent again without being done twice: the answer
    is then the table as it is by now."""
    asking, reference = asking_of(request), f"{organization}/{service}"
    body = read_bytes(request)
    said = _texts(mapping(parse(body), BODY))

    def act() -> bytes:
        _done(asking, reference, said)
        return b""

    # The table is read after the act and is not kept with the key: whoever has lost their seat
    # meanwhile does not get it by sending the same again.
    came = carried_out_once(request, asking, body, act)
    headers = {name: value for name, value in came.items() if name == REPLAYED}
    return json_answer(_plain(_found(asking, reference, said["customer"])), headers=headers)


def _done(asking: Asking, reference: str, said: Mapping[str, Any]) -> None:
    if asking.viewpoint is None:
        raise not_found("workshop", reference)
    desk = Desk(
        actor=asking.actor,
        viewpoint=asking.viewpoint,
        reference=reference,
        customer=said["customer"],
    )
    try:
        _act(desk, said)
    except NoTable:
        raise not_found("workshop", reference) from None
    except Refused as refused:
        raise _against(refused) from refused
    except Conflicts as conflicts:
        raise conflict(conflicts, asking) from conflicts
    except CatalogueBusy as busy:
        raise Trouble(
            "busy",
            "another program is writing to the catalogue; nothing was changed",
            headers={"Retry-After": "5"},
        ) from busy


def _found(asking: Asking, reference: str, customer: str, at: datetime | None = None) -> Workshop:
    found = None
    if asking.viewpoint is not None:
        found = workshop(
            actor=asking.actor,
            viewpoint=asking.viewpoint,
            reference=reference,
            customer=customer,
            at=at,
        )
    if found is None:
        raise not_found("workshop", reference)
    return found


def _act(desk: Desk, said: Mapping[str, Any]) -> None:
    do, at = said["do"], clock.now()
    acts: Mapping[str, Callable[[], None]] = {
        "write": lambda: desk.write(
            suggestion=_suggestion(said),
            seen=said["version"],
            at=at,
            take_over=said["take_over"],
        ),
        "propose": lambda: desk.propose(
            side=_side(said), suggestion=_suggestion(said), seen=said["version"], at=at
        ),
        "accept": lambda: desk.accept(
            number=said["proposal"], words=said["words"], at=at, take_over=said["take_over"]
        ),
        "confirm": lambda: desk.confirm(side=_side(said), version=said["version"], at=at),
        "decline": lambda: _answer(desk, said, AnswerKind.DECLINED),
        "withdraw": lambda: _answer(desk, said, AnswerKind.WITHDRAWN),
        "say": lambda: _answer(desk, said, AnswerKind.SAID),
    }
    if do not in acts:
        raise _invalid([_wrong("do", "this is nothing one does here", BODY["do"])])
    acts[do]()


def _answer(desk: Desk, said: Mapping[str, Any], kind: AnswerKind) -> None:
    desk.answer(
        side=_side(said),
        number=said["proposal"],
        kind=kind,
        words=said["words"],
        at=clock.now(),
    )


def _texts(given: Mapping[str, Any]) -> dict[str, Any]:
    """Every field as what it must be, absent ones empty; raises `Trouble` with all that are
    something else."""
    errors: list[Error] = []
    said: dict[str, Any] = {}
    for name in BODY:
        value = given.get(name)
        if name == "proposal":
            is_right = value is None or (type(value) is int and 0 <= value < 2**63)
            said[name] = value or 0
        elif name == "take_over":
            is_right = value is None or isinstance(value, bool)
            said[name] = bool(value)
        elif name == "measure":
            held = {} if value is None else mapping(value, MEASURE, "/measure")
            is_right = all(_is_text(each) for each in held.values())
            said[name] = held
        else:
            is_right = value is None or _is_text(value)
            said[name] = value or ""
        if not is_right:
            errors.append(_wrong(name, "this is something else", BODY[name]))
    if errors:
        raise _invalid(errors)
    return said


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST and "\0" not in value


def _suggestion(said: Mapping[str, Any]) -> Suggestion:
    names = ("part", "subject", "statement", "kind", "channel", "steps")
    given = {name: said[name] for name in names}
    if said["act"]:
        given["act"] = said["act"]
    problems: list[Problem] = []
    suggestion = read_suggestion(given | said["measure"], problems)
    if suggestion is None:
        raise _invalid(mistakes(problems))
    return suggestion


def _side(said: Mapping[str, Any]) -> Side:
    if said["side"] not in set(Side):
        raise _invalid([_wrong("side", "this is no side", BODY["side"])])
    return Side(said["side"])


def _wrong(name: str, detail: str, expected: str) -> Error:
    return Error(detail, pointer([name]), code="invalid", expected=expected)


def _invalid(errors: list[Error]) -> Trouble:
    return Trouble("invalid", errors[0].detail, errors)


def _against(refused: Refused) -> Trouble:
    codes = {each.code for each in refused.refusals}
    bases = {each.reference: "" for each in refused.refusals}
    errors = reasons(refused.refusals, bases)
    if "changed-meanwhile" in codes:
        return Trouble("changed-meanwhile", errors[0].detail, errors)
    if codes & _AGAINST:
        return Trouble("refused", errors[0].detail, errors)
    return refusal(refused, bases)


# ----------------------------------------------------------------------------- as it is told


def _plain(found: Workshop) -> dict[str, Any]:
    return {
        "service": found.view.document.reference,
        "name": found.view.known_as or found.view.document.name,
        "customers": [
            {"organization": row.key, "name": row.name, **_standing(found.standings[row.id])}
            for row in found.customers
        ],
        "table": None if found.table is None else _table(found.table),
    }


def _standing(standing: Standing) -> dict[str, Any]:
    return {"state": standing.state, "waiting-for": [str(s) for s in standing.waiting_for]}


def _table(table: Table) -> dict[str, Any]:
    agreement = table.standing.agreement
    return {
        "customer": table.consumer.key,
        "provider": table.view.provider.key,
        "side": str(table.side),
        "seats": sorted(str(seat) for seat in table.seats),
        "may-write": table.may_write,
        "version": table.version,
        **_standing(table.standing),
        "agreement": None
        if agreement is None
        else {"version": agreement.version, "at": agreement.at.isoformat()},
        "changed": [
            {"part": d.part, "key": d.key, "before": d.before, "after": d.after}
            for d in table.changed
        ],
        "confirmations": [_confirmation(table, each) for each in table.confirmations],
        "proposals": [_proposal(table, each) for each in table.proposals],
    }


def _confirmation(table: Table, each: Confirmation) -> dict[str, Any]:
    return {
        "side": str(each.side),
        "version": each.version,
        "by": _name(table, each.person_id),
        "at": each.at.isoformat(),
    }


def _proposal(table: Table, each: Proposal) -> dict[str, Any]:
    suggestion = each.suggestion
    return {
        "number": each.id,
        "side": str(each.side),
        "part": str(suggestion.part),
        "act": str(suggestion.act),
        "subject": suggestion.subject,
        "before": suggestion.before,
        "after": suggestion.after,
        "by": _name(table, each.person_id),
        "at": each.at.isoformat(),
        "is-open": each.is_open,
        "said": [
            {
                "side": str(word.side),
                "kind": str(word.kind),
                "words": word.words,
                "by": _name(table, word.person_id),
                "at": word.at.isoformat(),
            }
            for word in each.words
        ],
    }


def _name(table: Table, person_id: int | None) -> str | None:
    row = table.people.get(person_id or 0)
    return None if row is None else row.name
