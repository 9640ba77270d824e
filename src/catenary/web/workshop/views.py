"""The workshop page: reading it, watching it change, and everything one can do at the table."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catenary import clock
from catenary.apps.common.operations import CatalogueBusy
from catenary.apps.common.queries import catalogue_version
from catenary.apps.portfolio.choices import AnswerKind
from catenary.apps.portfolio.queries.editing import editable_service
from catenary.apps.portfolio.queries.workshop import Workshop, workshop
from catenary.domain.actors import Viewpoint
from catenary.domain.findings import Problem
from catenary.domain.refusals import Refusal, Refused
from catenary.domain.workshop.standing import Side
from catenary.domain.workshop.suggestions import Part, Suggestion, read_suggestion
from catenary.exchange.catalogue.amending import Conflicts
from catenary.exchange.catalogue.workshop import Desk, NoTable
from catenary.web.asking import Asking, page_response, signed_in
from catenary.web.editing.telling import undoable
from catenary.web.looking import looking_back
from catenary.web.notes import leave_note
from catenary.web.pages.frame import Note
from catenary.web.reading import in_words, typed_figure
from catenary.web.workshop.quiet import is_quiet, quiet_word
from catenary.web.workshop.table import workshop_page
from catenary.web.workshop.words import PART_TITLES

_ANSWERS = {
    "decline": AnswerKind.DECLINED,
    "withdraw": AnswerKind.WITHDRAWN,
    "say": AnswerKind.SAID,
}
_FIELDS = (
    "part",
    "act",
    "subject",
    "statement",
    "name",
    "unit",
    "baseline",
    "target",
    "better",
    "kind",
    "channel",
    "steps",
    "proposal",
    "words",
)


class _Unreadable(Exception):
    """A form does not say what it should; holds every reason."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("a form that cannot be read")
        self.problems = problems


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@looking_back
def workshop_table(asking: Asking, organization: str, key: str) -> HttpResponse:
    """The table of a service with one customer, now or as it stood; a form of it does one thing
    and comes back."""
    viewpoint = _viewpoint(asking)
    reference = f"{organization}/{key}"
    if asking.request.method == "POST":
        if asking.moment is not None:
            raise BadRequest("nothing is said in the past")
        return _done(asking, viewpoint, reference)
    customer = asking.request.GET.get("customer", "")[:100]
    return _page(asking, viewpoint, reference, customer)


@require_safe
def workshop_live(request: HttpRequest, organization: str, key: str) -> HttpResponseBase:
    """What changed at the table: nothing (204) while nothing was said there and nothing changed
    in the catalogue, which costs next to nothing to see; else every part that did, each to be put
    in its place."""
    if is_quiet(request, f"{organization}/{key}"):
        return HttpResponse(status=204)
    return _news(request, organization, key)


@signed_in
def _news(asking: Asking, organization: str, key: str) -> HttpResponse:
    viewpoint = _viewpoint(asking)
    reference = f"{organization}/{key}"
    given = asking.request.GET
    version = catalogue_version()
    found = _found(asking, viewpoint, reference, given.get("customer", "")[:100])
    if found.table is None:
        return HttpResponse(status=204)
    page = workshop_page(
        found, asking.actor.person_id, quiet=quiet_word(asking.request, version, found.table)
    )
    # Something changed elsewhere: all that is new is where to ask next.
    is_new = found.table.mark != given.get("seen", "")
    template = "workshop_live.html" if is_new else "partials/workshop_poll_live.html"
    return page_response(asking, template, page)


def _done(asking: Asking, viewpoint: Viewpoint, reference: str) -> HttpResponse:
    """Do what the form says, and show the table again: anew when it was done, with the reasons
    and everything that was typed when it was not."""
    given = asking.request.POST
    customer = given.get("customer", "")[:100]
    typed = {name: given.get(name, "") for name in _FIELDS}
    desk = Desk(actor=asking.actor, viewpoint=viewpoint, reference=reference, customer=customer)
    try:
        _do(desk, given)
    except NoTable:
        raise Http404 from None
    except _Unreadable as wrong:
        reasons, status = [_problem_words(problem) for problem in wrong.problems], 422
    except Refused as refused:
        reasons, status = [_words(refusal) for refusal in refused.refusals], 422
    except Conflicts:
        reasons, status = [_("Somebody else changed it at the same moment. Try once more.")], 409
    except CatalogueBusy:
        reasons, status = [_("Another program is writing to the catalogue. Try again soon.")], 503
    else:
        found = _found(asking, viewpoint, reference, customer)
        page = workshop_page(found, asking.actor.person_id)
        leave_note(asking.request, page.here, _note(asking, reference, given))
        return HttpResponseRedirect(f"{page.here}#{_place(given)}")
    return _page(asking, viewpoint, reference, customer, reasons, typed, status)


def _note(asking: Asking, reference: str, given: Mapping[str, str]) -> Note:
    """What was just done at the table; what was written into the definition can be undone."""
    do = given.get("do", "")
    part = next((p for p in Part if p.value == given.get("part")), None)
    title = str(PART_TITLES[part]) if part else ""
    sentences = {
        "write": _("Saved. Changed in the definition: {part}.").format(part=title),
        "accept": _("Closed.")
        if part is Part.WORDS
        else _("Accepted, and written into the definition."),
        "propose": _("Suggested to the other side: {part}.").format(part=title),
        "confirm": _("Confirmed. This version has the word of your side."),
        "decline": _("Declined: the suggestion is settled."),
        "withdraw": _("Withdrawn: your suggestion is off the table."),
        "say": _("Said."),
    }
    if do in ("write", "accept") and part is not Part.WORDS:
        editable = editable_service(asking.actor, reference)
        if editable is not None:
            return undoable(sentences[do], editable.kind, editable.id, reference, editable.seen)
    return Note(sentences[do])


def _do(desk: Desk, given: Mapping[str, str]) -> None:
    do, at = given.get("do", ""), clock.now()
    take_over = given.get("take-over") == "yes"
    seen = given.get("seen", "")
    if do == "write":
        desk.write(suggestion=_suggestion(given), seen=seen, at=at, take_over=take_over)
    elif do == "accept":
        words = given.get("words", "")
        desk.accept(number=_number(given), words=words, at=at, take_over=take_over)
    elif do == "propose":
        desk.propose(side=_side(given), suggestion=_suggestion(given), seen=seen, at=at)
    elif do == "confirm":
        desk.confirm(side=_side(given), version=seen, at=at)
    elif do in _ANSWERS:
        desk.answer(
            side=_side(given),
            number=_number(given),
            kind=_ANSWERS[do],
            words=given.get("words", ""),
            at=at,
        )
    else:
        raise _Unreadable([Problem(("do",), _("The form does not say what to do."), "")])


def _suggestion(given: Mapping[str, str]) -> Suggestion:
    problems: list[Problem] = []
    figures = ["baseline", "target"]
    if given.get("part") == Part.AVAILABILITY.value:
        figures.append("statement")
    typed = {name: typed_figure(given.get(name, "")) for name in figures if name in given}
    suggestion = read_suggestion(dict(given.items()) | typed, problems)
    if suggestion is None:
        raise _Unreadable(problems)
    return suggestion


def _number(given: Mapping[str, str]) -> int:
    text = given.get("proposal", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _side(given: Mapping[str, str]) -> Side:
    return Side.PROVIDER if given.get("side") == "provider" else Side.CUSTOMER


def _place(given: Mapping[str, str]) -> str:
    """Where on the page what was done can be seen."""
    parts = {part.value: part.value.replace(".", "-") for part in Part}
    return parts.get(given.get("part", ""), "agreement")


def _viewpoint(asking: Asking) -> Viewpoint:
    if asking.viewpoint is None:
        raise Http404
    return asking.viewpoint


def _found(asking: Asking, viewpoint: Viewpoint, reference: str, customer: str) -> Workshop:
    found = workshop(
        actor=asking.actor,
        viewpoint=viewpoint,
        reference=reference,
        customer=customer,
        at=asking.moment,
    )
    if found is None:
        raise Http404
    return found


def _page(
    asking: Asking,
    viewpoint: Viewpoint,
    reference: str,
    customer: str,
    problems: list[str] | None = None,
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    # Read first: what changes while the table is read is news.
    version = catalogue_version()
    found = _found(asking, viewpoint, reference, customer)
    page = workshop_page(
        found,
        asking.actor.person_id,
        quiet=quiet_word(asking.request, version, found.table) if found.table else "",
        is_past=asking.moment is not None,
        problems=problems or (),
        typed=typed,
    )
    side = found.table.side.value if found.table else "provider"
    return page_response(asking, "workshop.html", page, look=side, status=status)


def _words(refusal: Refusal) -> str:
    sentence = in_words(refusal.sentence)
    if not sentence.startswith(refusal.reference):
        sentence = _capital(sentence)
    remedy = _capital(in_words(refusal.remedy))
    return f"{sentence}. {remedy}." if remedy else f"{sentence}."


def _problem_words(problem: Problem) -> str:
    said = _capital(in_words(problem.sentence))
    return f"{said}: {in_words(problem.expected)}" if problem.expected else said


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
