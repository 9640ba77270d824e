"""Saving a form: what came of it, with every problem at its field and every conflict to choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from catenary.apps.common.operations import CatalogueBusy
from catenary.apps.portfolio.queries.editing import Editable, Version, supporters_in, word_for
from catenary.clock import now
from catenary.domain.documents.plain import digest
from catenary.domain.findings import Problem
from catenary.domain.refusals import Refused
from catenary.exchange.catalogue.amending import Amendment, Conflicts, Document, amend, plain_of
from catenary.web.asking import Asking
from catenary.web.editing.building import Built
from catenary.web.editing.fields import State
from catenary.web.editing.kinds import NOTHING, Editing
from catenary.web.editing.merging import Difference, differences, merged

Placed = list[tuple[str, Problem]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was typed, as a document when it makes one, and every problem by its place."""

    reference: str
    built: Built
    document: Document | None
    problems: Placed


@dataclass(slots=True)
class Saved:
    """What came of a wish to save: a reference when it was done; else problems, or a conflict:
    then ``differences`` are what the two sides changed since the writer began. ``changed`` names
    the fields that say something else now, ``digest`` is the word for all that it
    says."""

    reference: str = ""
    changed: tuple[str, ...] = ()
    digest: str = ""
    problems: Placed = field(default_factory=list)
    is_conflict: bool = False
    differences: list[Difference] = field(default_factory=list)
    hidden: frozenset[str] = frozenset()


def read_form(
    asking: Asking,
    editing: Editing,
    editable: Editable | None,
    state: State,
    hidden: Mapping[str, str] = NOTHING,
) -> Reading:
    """The document that was typed. ``hidden`` are the supporters that the form did not name."""
    reference = editable.reference if editable else editing.named(state)
    built = editing.build(asking.actor, editable.reference if editable else "", state, hidden)
    return _read(editing, reference, built, built.plain)


def _read(editing: Editing, reference: str, built: Built, plain: dict[str, Any]) -> Reading:
    problems: list[Problem] = []
    document = editing.read(reference, plain, problems, ())
    placed = list(built.problems)
    placed += [(built.place_of(problem.path) or _place(built), problem) for problem in problems]
    return Reading(reference, built, None if placed else document, placed)


def _place(built: Built) -> str:
    # What concerns no field is about how a new object is named.
    return "key" if ("name",) in built.places else "known-as"


def base_of(
    asking: Asking, editing: Editing, editable: Editable | None, seen: str
) -> Version | None:
    """What the writer saw when they began; none when it is not known any more."""
    if editable is None:
        return Version({}, {})
    if seen == editable.seen:
        return Version(editable.plain, editable.hidden)
    return editing.version(asking.actor, editable, seen)


def save(
    asking: Asking,
    editing: Editing,
    editable: Editable | None,
    state: State,
    *,
    seen: str,
    takes_over: bool,
    choices: Mapping[str, str] | None = None,
    against: str = "",
) -> Saved:
    """Write what was typed, on what the object says now. When it says something else than the
    writer saw, ``choices`` decide field by field, and only on the version they were made for
    (``against``)."""
    base = base_of(asking, editing, editable, seen)
    hidden = base.hidden if base else NOTHING
    reading = read_form(asking, editing, editable, state, hidden)
    if reading.problems:
        return Saved(problems=reading.problems)
    plain = _with_untouched(editing, editable, state, reading.built.plain, base)
    if editable is not None and seen != editable.seen:
        if base is None:
            # Too long ago to know what they saw: then everything that differs is theirs or ours.
            base = Version({}, {})
        plain = _without_gone(plain, base, editable)
        apart = differences(base.plain, editable.plain, plain)
        plain, undecided = merged(base.plain, editable.plain, plain, choices or {})
        if choices is None or undecided or against != editable.seen:
            unshown = frozenset([*base.hidden.values(), *editable.hidden.values()])
            return Saved(is_conflict=True, differences=apart, hidden=unshown)
    final = _read(editing, reading.reference, reading.built, plain)
    if final.document is None:
        return Saved(problems=final.problems)
    plain = dict(plain_of(final.document))
    return _write(asking, editing, editable, final, plain, takes_over, hidden)


def _write(
    asking: Asking,
    editing: Editing,
    editable: Editable | None,
    final: Reading,
    plain: dict[str, Any],
    takes_over: bool,
    hidden: Mapping[str, str],
) -> Saved:
    if editable is not None and not takes_over and digest(plain) == editable.digest:
        # It says so already: nobody need wait for a turn to write nothing.
        return Saved(reference=final.reference, digest=editable.seen)
    kept = frozenset(hidden.values())
    if editable is not None:
        kept |= frozenset(editable.hidden.values())
    kept &= frozenset(supporters_in(plain))
    wish = Amendment(
        str(editing.kind),
        final.reference,
        final.document,
        editable.digest if editable else "",
        kept,
    )
    try:
        amend(actor=asking.actor, at=now(), amendments=[wish], take_over=takes_over)
    except Refused as refused:
        return Saved(problems=[_placed(final.built, each) for each in refused.refusals])
    except Conflicts:
        if editable is None:
            problem = Problem(
                (), _("there is already one of that name in addresses"), _("another short name")
            )
            return Saved(problems=[(_identity(editing), problem)])
        return Saved(is_conflict=True)
    except CatalogueBusy:
        sentence = _("somebody else is writing to the whole catalogue just now")
        return Saved(problems=[("", Problem((), sentence, _("save again in a moment")))])
    before: Mapping[str, Any] = editable.plain if editable else {}
    names = dict.fromkeys([*plain, *before])
    changed = tuple(name for name in names if plain.get(name) != before.get(name))
    said = word_for(digest(plain), dict.fromkeys(kept, ""))
    return Saved(reference=final.reference, changed=changed, digest=said)


def _identity(editing: Editing) -> str:
    return {"person": "email", "consumption": "consumer"}.get(str(editing.kind), "key")


def _placed(built: Built, refusal: Any) -> tuple[str, Problem]:
    path = refusal.path[2:]
    problem = Problem(refusal.path, refusal.sentence, refusal.remedy)
    return built.place_of(path), problem


def _with_untouched(
    editing: Editing,
    editable: Editable | None,
    state: State,
    plain: dict[str, Any],
    base: Version | None,
) -> dict[str, Any]:
    """The plain document in its canonical form; fields in which nothing was typed are what the
    writer saw, to the letter."""
    if editable is None or base is None or not base.plain:
        return plain
    before = editing.state_of(editable.reference, base.plain, _numbers(base.hidden))
    canonical = _canonical(editing, editable.reference, plain)
    result: dict[str, Any] = {}
    for name in dict.fromkeys([*canonical, *base.plain]):
        source = base.plain if state.get(name) == before.get(name) else canonical
        if name in source:
            result[name] = source[name]
    return result


def _canonical(editing: Editing, reference: str, plain: dict[str, Any]) -> dict[str, Any]:
    document = editing.read(reference, plain, [], ())
    return plain if document is None else dict(plain_of(document))


def _numbers(hidden: Mapping[str, str]) -> dict[str, str]:
    return {name: number for number, name in hidden.items()}


def _without_gone(plain: dict[str, Any], base: Version, editable: Editable) -> dict[str, Any]:
    """Without those hidden supporters that the others have taken off meanwhile: whoever may not
    see them cannot want them back."""
    gone = set(base.hidden.values()) - set(supporters_in(editable.plain))
    if not gone or "relies-on" not in plain:
        return plain
    groups = [_thinned(group, gone) for group in plain["relies-on"]]
    return {**plain, "relies-on": [group for group in groups if group is not None]}


def _thinned(said: Any, gone: set[str]) -> Any:
    if isinstance(said, str):
        return None if said in gone else said
    if "soft" in said:
        inner = _thinned(said["soft"], gone)
        return None if inner is None else {"soft": inner}
    name = "any" if "any" in said else "of"
    members = said[name]
    if isinstance(members, dict):
        members = {ref: weight for ref, weight in members.items() if ref not in gone}
    else:
        members = [ref for ref in members if ref not in gone]
    return {**said, name: members} if members else None
