"""Changing objects through the one operation behind all doors, and saying what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse

from catenary import clock
from catenary.api.answers import Plain, digest_of_tag, json_answer
from catenary.api.asking import Asking
from catenary.api.problems import Error, Trouble, mistakes, pointer, reasons
from catenary.apps.common.operations import CatalogueBusy
from catenary.apps.organizations.queries.listing import (
    PersonFacts,
    people_known_to,
)
from catenary.apps.portfolio.queries.calendars import seen_calendars
from catenary.apps.portfolio.queries.seen import (
    Seen,
    digest_as_seen,
    hidden_behind,
    seen_organizations,
    seen_services,
)
from catenary.apps.portfolio.queries.seen_consumption import seen_consumption
from catenary.apps.portfolio.queries.service import HIDDEN
from catenary.domain.documents.calendars import read_calendar
from catenary.domain.documents.plain import (
    digest,
    person_to_plain,
    read_consumption,
    read_organization,
    read_person,
    read_service,
)
from catenary.domain.documents.shapes import ServiceDocument
from catenary.domain.findings import Problem as Mistake
from catenary.domain.refusals import Refused
from catenary.exchange.catalogue.amending import (
    Amended,
    Amendment,
    Conflict,
    Conflicts,
    Document,
    amend,
)
from catenary.exchange.catalogue.guessing import TooManyGuesses
from catenary.exchange.catalogue.planning import consumption_pair

#: What an answer adds to a document; sent back, it is not part of what shall be said.
ADDED = {
    "organization": ("reference", "etag"),
    "person": ("reference", "etag"),
    "calendar": ("reference", "etag"),
    "service": ("reference", "etag", "role", "known-as"),
    "consumption": ("reference", "etag", "consumer", "service"),
}
KINDS = tuple(ADDED)
#: What the forms keep drafts of.
DRAFTED = tuple(kind for kind in KINDS if kind != "calendar")
#: Refusals that something else stands in the way of, rather than the request itself.
_STANDS_AGAINST = frozenset({"still-needed", "still-in-use", "managed-elsewhere"})
#: Of a removal: there is nothing, or nothing one may see.
_MISSING = frozenset({"missing", "service-missing"})
_ATTEMPTS = 3
#: An ETag of nothing at all.
_NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Wish:
    """One amendment and where its document stands in the body."""

    amendment: Amendment
    base: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A document as it was sent; ``kept`` are supporters its writer may not see, put back in
    the place of their place holders."""

    document: Document
    kept: frozenset[str] = frozenset()


def read_document(asking: Asking, kind: str, reference: str, plain: Any, base: str = "") -> Sent:
    """The document that was sent; raises `Trouble` with every place that is wrong."""
    sent, errors = try_document(asking, kind, reference, plain, base)
    if sent is None:
        raise Trouble("invalid", _sentence(errors), errors)
    return sent


def try_document(
    asking: Asking, kind: str, reference: str, plain: Any, base: str
) -> tuple[Sent | None, list[Error]]:
    """The document that was sent, or every place in it that is wrong."""
    behind: dict[str, str] = {}
    holders: set[str] = set()
    if kind == "service" and isinstance(plain, dict):
        holders = _holders_in(plain.get("relies-on"))
    if holders:
        if asking.viewpoint is not None:
            behind = hidden_behind(
                actor=asking.actor, viewpoint=asking.viewpoint, reference=reference
            )
        plain = {**plain, "relies-on": _put_back(plain["relies-on"], behind)}
    document, errors = try_plain(kind, reference, plain, base)
    if document is None:
        return None, [_without(error, behind) for error in errors]
    # By their place holders alone: to whoever typed a name that is hidden from them there is no
    # such service, whatever else they keep.
    return Sent(document, frozenset(behind[each] for each in holders if each in behind)), []


def _holders_in(value: Any) -> set[str]:
    """The place holders in a text, list or object."""
    if isinstance(value, str):
        return {value} if value.startswith(HIDDEN) else set()
    if isinstance(value, dict):
        return _holders_in([*value, *value.values()])
    if isinstance(value, list):
        return set().union(*(_holders_in(each) for each in value))
    return set()


def _put_back(value: Any, behind: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return behind.get(value, value)
    if isinstance(value, dict):
        return {behind.get(name, name): _put_back(held, behind) for name, held in value.items()}
    return [_put_back(held, behind) for held in value] if isinstance(value, list) else value


def _without(error: Error, behind: Mapping[str, str]) -> Error:
    """The error with place holders again where a hidden name would be told."""
    for holder, name in behind.items():
        error = replace(
            error,
            detail=error.detail.replace(name, holder),
            expected=error.expected.replace(name, holder),
            pointer=error.pointer and error.pointer.replace(pointer([name]), pointer([holder])),
        )
    return error


def try_plain(
    kind: str, reference: str, plain: Any, base: str
) -> tuple[Document | None, list[Error]]:
    """A document without place holders, or every place in it that is wrong."""
    if isinstance(plain, dict):
        errors = _added_elsewhere(kind, reference, plain, base)
        if errors:
            return None, errors
        plain = {name: value for name, value in plain.items() if name not in ADDED[kind]}
    found: list[Mistake] = []
    document: Document | None
    if kind == "organization":
        document = read_organization(reference, plain, found, ())
    elif kind == "person":
        document = read_person(reference, plain, found, ())
    elif kind == "calendar":
        document = read_calendar(reference, plain, found, ())
    elif kind == "service":
        document = read_service(reference, plain, found, ())
    else:
        consumer, service = consumption_pair(reference)
        said = {**plain, "service": service} if isinstance(plain, dict) else plain
        document = read_consumption(consumer, said, found, ())
    return document, mistakes(found, base)


def _added_elsewhere(kind: str, reference: str, plain: Mapping[str, Any], base: str) -> list[Error]:
    """What names the object in the document must name the one that is written."""
    right: dict[str, str] = {"reference": reference}
    if kind == "consumption":
        right["consumer"], right["service"] = consumption_pair(reference)
    return [
        Error(
            "this is the document of another object",
            pointer=pointer([name], base),
            code="invalid",
            expected=said,
        )
        for name, said in right.items()
        if name in plain and plain[name] != said
    ]


def _sentence(errors: Sequence[Error]) -> str:
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return errors[0].detail + more


# ----------------------------------------------------------------------------- preconditions


@dataclass(frozen=True, slots=True)
class Precondition:
    """What must be true of an object before it is written: ``digests`` of which one is what it
    says now (none: not asked), that it is there, or that it is not."""

    digests: tuple[str, ...] | None = None
    is_there: bool = False
    is_new: bool = False

    @property
    def expected(self) -> str | None:
        """As `Amendment` has it."""
        if self.is_new:
            return ""
        return self.digests[0] if self.digests else None


def precondition_of(request: HttpRequest) -> Precondition:
    """What the headers ask; raises `Trouble` for what is not understood."""
    new = request.headers.get("If-None-Match", "").strip()
    known = request.headers.get("If-Match", "").strip()
    if new and known:
        raise _unclear("If-None-Match", "If-Match and If-None-Match exclude each other", "one")
    if new:
        if new != "*":
            raise _unclear("If-None-Match", "a change can only ask that there be nothing yet", "*")
        return Precondition(is_new=True)
    if known == "*":
        return Precondition(is_there=True)
    if not known:
        return Precondition()
    digests = [digest_of_tag(tag.strip()) for tag in known.split(",")]
    if not all(digests):
        raise _unclear("If-Match", "this is no ETag", 'the ETag of an answer, such as "0123…"')
    return Precondition(tuple(d for d in digests if d))


def _unclear(header: str, detail: str, expected: str) -> Trouble:
    return Trouble("invalid", f"{header}: {detail}", [Error(detail, parameter=header,
                   expected=expected)])  # fmt: skip


# ------------------------------------------------------------------------------------ writing


def look_at(asking: Asking, kind: str, reference: str) -> Seen | None:
    """One object as whoever asks may see it; none when there is none they may see."""
    if asking.viewpoint is None:
        return None
    if kind == "organization":
        return seen_organizations(
            actor=asking.actor, viewpoint=asking.viewpoint, keys=[reference]
        ).get(reference)
    if kind == "person":
        facts = people_known_to(asking.viewpoint.root_id, [reference]).get(reference)
        if facts is None:
            return None
        return seen_person(facts)
    if kind == "calendar":
        calendars = seen_calendars(
            actor=asking.actor, viewpoint=asking.viewpoint, references=[reference]
        )
        return calendars[0] if calendars else None
    if kind == "service":
        return seen_services(
            actor=asking.actor, viewpoint=asking.viewpoint, references=[reference]
        ).get(reference)
    pair = consumption_pair(reference)
    return seen_consumption(
        actor=asking.actor, viewpoint=asking.viewpoint, pairs=[pair]
    ).get(pair)  # fmt: skip


def seen_person(facts: PersonFacts) -> Seen:
    """A person as one top organization knows them."""
    plain = person_to_plain(facts.document)
    shown = facts.digest if facts.is_at_home else digest(plain)
    return Seen(facts.document.email, plain, shown, facts.digest)


def write_one(
    request: HttpRequest,
    asking: Asking,
    kind: str,
    reference: str,
    sent: Sent | None,
    *,
    take_over: bool,
) -> HttpResponse:
    """Make one object say what was sent, or remove it: what came of it, with its new ETag."""
    wanted = precondition_of(request)
    if wanted.is_there and look_at(asking, kind, reference) is None:
        raise _meanwhile([Conflict(kind, reference, "")], asking)
    amendment = _amendment(kind, reference, sent, _kept(asking, kind, reference, wanted))
    try:
        (done,) = carry_out(asking, [Wish(amendment, "")], take_over=take_over)
    except Refused as refused:
        raise _refusal_of_one(asking, amendment, refused) from refused
    except Conflicts as conflicts:
        raise _meanwhile(conflicts.conflicts, asking) from conflicts
    return amended_answer(request, as_seen(amendment, done))


def _fits(asking: Asking, seen: Seen, digests: Sequence[str]) -> bool:
    """Whether somebody saw what it says now: by the ETag of what they are shown. By the digest of
    what is hidden from them they could try names until it fits."""
    return seen.digest in digests or (asking.actor.is_operator and seen.kept_digest in digests)


def _kept(asking: Asking, kind: str, reference: str, wanted: Precondition) -> str | None:
    """What the catalogue must hold for it to be what was seen, as `Amendment` has it."""
    if not wanted.digests:
        return wanted.expected
    seen = look_at(asking, kind, reference)
    if seen is None or not _fits(asking, seen, wanted.digests):
        # Refusals come before conflicts, so the operation is asked all the same.
        return _NOTHING
    return seen.kept_digest


def as_kept(asking: Asking, wishes: Sequence[Wish]) -> list[Wish]:
    """Many wishes, with what the catalogue must hold in place of the ETags that were sent."""
    named: dict[str, list[str]] = {"service": [], "person": []}
    for wish in wishes:
        if wish.amendment.expected and wish.amendment.kind in named:
            named[wish.amendment.kind].append(wish.amendment.reference)
    viewpoint = asking.viewpoint
    found: dict[tuple[str, str], Seen] = {}
    if viewpoint is not None and named["service"]:
        services = seen_services(
            actor=asking.actor, viewpoint=viewpoint, references=named["service"]
        )
        found |= {("service", reference): seen for reference, seen in services.items()}
    if viewpoint is not None and named["person"]:
        people = people_known_to(viewpoint.root_id, named["person"])
        found |= {("person", email): seen_person(facts) for email, facts in people.items()}
    return [_one_as_kept(asking, wish, found) for wish in wishes]


def _one_as_kept(asking: Asking, wish: Wish, found: Mapping[tuple[str, str], Seen]) -> Wish:
    amendment = wish.amendment
    if not amendment.expected or amendment.kind not in {"service", "person"}:
        return wish
    seen = found.get((amendment.kind, amendment.reference))
    fits = seen is not None and _fits(asking, seen, [amendment.expected])
    expected = seen.kept_digest if seen is not None and fits else _NOTHING
    return replace(wish, amendment=replace(amendment, expected=expected))


def _amendment(kind: str, reference: str, sent: Sent | None, expected: str | None) -> Amendment:
    if sent is None:
        return Amendment(kind, reference, None, expected)
    return Amendment(kind, reference, sent.document, expected, sent.kept)


def amended_answer(request: HttpRequest, done: Amended) -> HttpResponse:
    """What came of one amendment."""
    headers = {"ETag": f'"{done.digest}"'} if done.digest else {}
    if done.outcome == "created":
        headers["Location"] = request.path
    return json_answer(
        result_plain(done), status=201 if done.outcome == "created" else 200, headers=headers
    )


def result_plain(done: Amended) -> Plain:
    """What came of one amendment, as a plain value."""
    return {
        "kind": done.kind,
        "reference": done.reference,
        "outcome": str(done.outcome),
        "etag": done.digest or None,
    }


def patch_one(
    request: HttpRequest,
    asking: Asking,
    kind: str,
    reference: str,
    change: Callable[[Plain], Any],
    *,
    take_over: bool,
) -> HttpResponse:
    """Change parts of what one object says. What somebody else writes meanwhile is never lost:
    then the change is made to what they wrote, or refused when an ETag was asked for."""
    wanted = precondition_of(request)
    for attempt in range(_ATTEMPTS):
        seen = look_at(asking, kind, reference)
        if seen is None:
            raise Trouble("not-found", missing_words(kind, reference))
        if wanted.is_new or (wanted.digests and not _fits(asking, seen, wanted.digests)):
            raise _meanwhile([Conflict(kind, reference, seen.kept_digest)], asking)
        sent = read_document(asking, kind, reference, change(dict(seen.plain)))
        amendment = _amendment(kind, reference, sent, seen.kept_digest)
        try:
            (done,) = carry_out(asking, [Wish(amendment, "")], take_over=take_over)
        except Conflicts as conflicts:
            if attempt == _ATTEMPTS - 1:
                raise _meanwhile(conflicts.conflicts, asking) from conflicts
            continue
        except Refused as refused:
            raise _refusal_of_one(asking, amendment, refused) from refused
        return amended_answer(request, as_seen(amendment, done))
    raise AssertionError("the last attempt either answers or raises")


def carry_out(
    asking: Asking, wishes: Sequence[Wish], *, take_over: bool, note: str = ""
) -> list[Amended]:
    """Make all changes or none. Raises `Refused`, `Conflicts`, and `Trouble` when the database
    is held by another program."""
    try:
        return amend(
            actor=asking.actor,
            at=clock.now(),
            amendments=[wish.amendment for wish in wishes],
            note=note,
            take_over=take_over,
        )
    except CatalogueBusy as busy:
        raise Trouble(
            "busy", "another program is writing to the catalogue; nothing was changed",
            headers={"Retry-After": "5"},
        ) from busy  # fmt: skip


def refusal(refused: Refused, bases: Mapping[str, str]) -> Trouble:
    """Every reason against a change."""
    codes = {each.code for each in refused.refusals}
    errors = reasons(refused.refusals, bases)
    if isinstance(refused, TooManyGuesses):
        wait = {"Retry-After": str(refused.retry_after)}
        return Trouble("too-many-requests", _sentence(errors), errors, headers=wait)
    if "not-allowed" in codes:
        return Trouble("not-allowed", _sentence(errors), errors)
    if codes & _STANDS_AGAINST:
        return Trouble("refused", _sentence(errors), errors)
    return Trouble("invalid", _sentence(errors), errors)


def conflict(conflicts: Conflicts, asking: Asking) -> Trouble:
    """What somebody else changed meanwhile, with what each object's ETag is now."""
    return _meanwhile(conflicts.conflicts, asking)


def missing_words(kind: str, reference: str) -> str:
    """The same words whether it does not exist or may not be seen."""
    return f"there is no {kind} {reference} that you may see"


def as_seen(amendment: Amendment, done: Amended) -> Amended:
    """With the ETag of what its writer is shown, where something is hidden from them: the other
    would let them try names until it fits. Reads nothing, so it may be asked before the end of
    the transaction."""
    if not amendment.kept or not isinstance(amendment.document, ServiceDocument):
        return done
    return replace(done, digest=digest_as_seen(amendment.document, amendment.kept))


def _refusal_of_one(asking: Asking, amendment: Amendment, refused: Refused) -> Trouble:
    removing = amendment.document is None
    if removing and {each.code for each in refused.refusals} <= _MISSING:
        if look_at(asking, amendment.kind, amendment.reference) is None:
            return Trouble("not-found", missing_words(amendment.kind, amendment.reference))
        errors = reasons(refused.refusals, {amendment.reference: ""})
        return Trouble("not-allowed", _sentence(errors), errors)
    return refusal(refused, {amendment.reference: ""})


def _meanwhile(conflicts: Sequence[Conflict], asking: Asking) -> Trouble:
    found = []
    for each in conflicts:
        seen = look_at(asking, each.kind, each.reference)
        found.append(
            {
                "kind": each.kind,
                "reference": each.reference,
                "etag": None if seen is None else seen.digest,
            }
        )
    tag = found[0]["etag"] if len(found) == 1 else None
    return Trouble(
        "changed-meanwhile",
        f"{conflicts[0].reference} is not what you saw; nothing was changed",
        more={"conflicts": found},
        headers={"ETag": f'"{tag}"'} if tag else {},
    )
