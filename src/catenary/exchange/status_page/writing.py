"""A public page as HTML, Atom and JSON. The same text is served and written to files: a copy can be
put where it stays up when what it tells of does not. It needs no script and no other host."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.template import Context, Engine
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catenary.apps.monitoring.choices import (
    again_words,
    condition_word,
    days_words,
    happened_words,
    period_words,
)
from catenary.apps.monitoring.queries.happened import NamedEvent, NamedRun
from catenary.apps.monitoring.queries.public import PublicService, PublicStatus
from catenary.apps.monitoring.queries.public_ahead import PublicMaintenance
from catenary.domain.condition.days import KINDS, Day
from catenary.domain.intervals import MINUTE
from catenary.exchange.atom.writing import Entry, Feed, written
from catenary.exchange.status_page.ahead import Repeated, folded, rhythm

_HERE = Path(__file__).parent
_STEP, _BAR, _HEIGHT = 8, 6, 36
#: So many times of maintenance stand on the page, and in the feed; all of them on their own page.
_NEXT = 30
#: The worse, the higher: the picture reads without its colours.
_TALL = {"down": 36, "degraded": 26, "unknown": 20, "maintenance": 15, "operational": 10}
#: What the tab of a browser shows: the shape of the worst condition, in a colour that reads on
#: light and on dark. It is part of the page, so that nothing else is asked of whoever serves it.
_SHAPES = {
    "down": '<path d="M3 3h26v26H3z" fill="#d9483f"/>',
    "degraded": '<path d="M16 2 31 30H1z" fill="#c98420"/>',
    "unknown": '<circle cx="16" cy="16" r="12" fill="none" stroke="#858d9b" stroke-width="5"'
    ' stroke-dasharray="9 6"/>',
    "maintenance": '<path d="M5 5h22v22H5z" fill="none" stroke="#8479d9" stroke-width="5"/>',
    "operational": '<circle cx="16" cy="16" r="14" fill="#3a9d6b"/>',
}


@dataclass(frozen=True, slots=True)
class Places:
    """Where the page finds what belongs to it, and where each is as a whole address (empty in a
    copy, of which nobody knows where it will stand)."""

    style: str = "style.css"
    feed: str = "feed.atom"
    json: str = "status.json"
    ahead: str = "maintenance.html"
    page: str = "index.html"
    page_address: str = ""
    feed_address: str = ""
    #: The other languages of the page: code, own name, address.
    languages: tuple[tuple[str, str, str], ...] = ()


def style() -> str:
    """The styles of the page: all of them, in one file."""
    return (_HERE / "style.css").read_text(encoding="utf-8")


def page_html(status: PublicStatus, places: Places, language: str) -> str:
    """The page, in a language."""
    with translation.override(language):
        shown = _standing(status)[:_NEXT]
        return _rendered(
            "page.html",
            status=status,
            places=places,
            language=language,
            answer=_answer(status),
            icon=_icon(status),
            services=[_service(each) for each in status.services],
            events=[_event(each) for each in status.events],
            ahead=[_repeated(one) for one in folded(shown)],
            more=_more(status.ahead.total - len(shown)),
            at=_moment(status.at),
        )


def ahead_html(status: PublicStatus, places: Places, language: str) -> str:
    """The page of all maintenance ahead, in a language."""
    with translation.override(language):
        shown = _standing(status)
        return _rendered(
            "maintenance.html",
            status=status,
            places=places,
            language=language,
            answer=_answer_ahead(status),
            icon=_icon(status),
            ahead=[_repeated(one) for one in folded(shown)],
            more=_more(status.ahead.total - len(shown)),
            at=_moment(status.at),
        )


def page_atom(status: PublicStatus, places: Places, language: str) -> bytes:
    """What happened, for feed readers."""
    with translation.override(language):
        entries = [
            Entry(
                event.key,
                "; ".join(_changes(event)),
                "\n".join(_lines(event)),
                event.at,
            )
            for event in status.events
        ]
        entries += [_planned_entry(one) for one in status.ahead.times[:_NEXT]]
        entries.sort(key=lambda entry: (entry.at, entry.key), reverse=True)
        title = _("Status of {organization}").format(organization=status.organization)
    feed = Feed(
        key=f"public/{status.key}",
        title=title,
        author=status.organization,
        page=places.page_address,
        here=places.feed_address,
        entries=entries,
        at=status.at,
        language=language,
    )
    return written(feed)


def page_json(status: PublicStatus) -> dict[str, Any]:
    """The same for programs."""
    return {
        "organization": status.organization,
        "at": status.at.isoformat(),
        "is-current": status.is_current,
        "services": [
            {
                "name": service.name,
                "condition": service.kind,
                "since": service.since.isoformat() if service.since else None,
                "days": [
                    {
                        "date": day.day.isoformat(),
                        "worst": day.worst,
                        "seconds": {kind: length // 1_000_000 for kind, length in day.held.items()},
                    }
                    for day in service.days
                    if day.worst
                ],
            }
            for service in status.services
        ],
        "events": [
            {
                "at": event.at.isoformat(),
                "changes": [
                    {"service": name, "was": was or None, "now": now}
                    for name, was, now in event.changes
                ],
                "again": [
                    {
                        "service": run.name,
                        "first": run.first.isoformat(),
                        "last": run.last.isoformat(),
                        "count": run.count,
                        "is-least": event.began is None,
                        "was": run.was or None,
                        "worst": run.worst,
                        "now": run.now,
                    }
                    for run in event.runs
                ],
            }
            for event in status.events
        ],
        "maintenance": [
            {
                "start": one.start.isoformat(),
                "end": one.end.isoformat(),
                "services": [
                    {"name": name, "condition": condition} for name, condition in one.services
                ],
            }
            for one in _standing(status)
        ],
        "maintenance-total": status.ahead.total,
    }


def files_of(status: PublicStatus, language: str) -> dict[str, bytes]:
    """The page as files of one folder; it works from there, without any server."""
    places = Places()
    plain = json.dumps(page_json(status), ensure_ascii=False, indent=1)
    return {
        "index.html": page_html(status, places, language).encode(),
        "maintenance.html": ahead_html(status, places, language).encode(),
        "style.css": style().encode(),
        "feed.atom": page_atom(status, places, language),
        "status.json": f"{plain}\n".encode(),
    }


def _rendered(name: str, **told: Any) -> str:
    engine = Engine(dirs=[str(_HERE)], libraries={"i18n": "django.templatetags.i18n"})
    return str(engine.get_template(name).render(Context(told)))


def _standing(status: PublicStatus) -> list[PublicMaintenance]:
    return [one for one in status.ahead.times if not one.is_called_off]


def _more(number: int) -> str:
    if number <= 0:
        return ""
    told = ngettext(
        "{n} more time is planned within two months.",
        "{n} more times are planned within two months.",
        number,
    )
    return told.format(n=number)


def _answer_ahead(status: PublicStatus) -> str:
    if not status.ahead.total:
        return _("Nothing is planned within two months.")
    told = ngettext(
        "{n} time is planned within two months.",
        "{n} times are planned within two months.",
        status.ahead.total,
    )
    return told.format(n=status.ahead.total)


def _answer(status: PublicStatus) -> str:
    wrong = sum(service.kind in ("down", "degraded") for service in status.services)
    unknown = sum(service.kind == "unknown" for service in status.services)
    planned = sum(service.kind == "maintenance" for service in status.services)
    if not status.services:
        return _("No service is shown here yet.")
    sentences = []
    if wrong:
        told = ngettext(
            "{n} service does not work as it should.",
            "{n} services do not work as they should.",
            wrong,
        )
        sentences.append(told.format(n=wrong))
    if planned:
        told = ngettext(
            "{n} is in planned maintenance.", "{n} are in planned maintenance.", planned
        )
        sentences.append(told.format(n=planned))
    if unknown:
        told = ngettext(
            "Of {n} nobody knows for certain.", "Of {n} nobody knows for certain.", unknown
        )
        sentences.append(told.format(n=unknown))
    return " ".join(sentences) or _("All services work.")


def _icon(status: PublicStatus) -> str:
    kinds = {service.kind for service in status.services}
    worst = next((kind for kind in _SHAPES if kind in kinds), "unknown")
    drawn = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">{_SHAPES[worst]}</svg>'
    return f"data:image/svg+xml,{quote(drawn)}"


def _service(service: PublicService) -> dict[str, Any]:
    days = [day for day in service.days if day.worst]
    return {
        "name": service.name,
        "kind": service.kind,
        "word": condition_word(service.kind),
        "since": _("since {when}").format(when=_moment(service.since)) if service.since else "",
        "width": max(1, len(days)) * _STEP,
        "height": _HEIGHT,
        "bars": [_bar(at, day) for at, day in enumerate(days)],
        "days": days_words(days, word=condition_word, length=_length, figure=str),
        "first": _day(days[0]) if days else "",
        "lines": [
            {
                "day": _day(day),
                "kind": day.worst,
                "word": condition_word(day.worst),
                "held": _held(day),
            }
            for day in reversed(days)
            if day.worst not in ("operational", "unknown")
        ],
    }


def _bar(at: int, day: Day) -> dict[str, Any]:
    tall = _TALL[day.worst]
    return {
        "kind": day.worst,
        "x": at * _STEP + 1,
        "y": _HEIGHT - tall,
        "width": _BAR,
        "height": tall,
        "title": f"{_day(day)}: {_held(day)}",
    }


def _held(day: Day) -> str:
    told = [kind for kind in KINDS if kind in day.held]
    if len(told) == 1:
        return condition_word(told[0])
    return ", ".join(
        f"{condition_word(kind)} {_length(day.held[kind])}"
        for kind in told
        if kind != "operational"
    )


def _length(length: int) -> str:
    minutes = max(1, length // MINUTE)
    hours, minutes = divmod(minutes, 60)
    parts = [_("{n} h").format(n=hours)] if hours else []
    return " ".join([*parts, _("{n} min").format(n=minutes)] if minutes or not hours else parts)


def _event(event: NamedEvent) -> dict[str, Any]:
    when = happened_words(event.first, event.at)
    return {"at": event.at.isoformat(), "when": when, "changes": _changes(event)}


def _planned(one: PublicMaintenance) -> dict[str, Any]:
    by_condition: dict[str, list[str]] = {}
    for name, condition in one.services:
        by_condition.setdefault(condition, []).append(name)
    return {
        "start": one.start.isoformat(),
        "when": period_words(one.start, one.end),
        "lines": [
            "{}: {}".format(", ".join(names), condition_word(condition))
            for condition, names in by_condition.items()
        ],
    }


def _repeated(one: Repeated) -> dict[str, Any]:
    often = rhythm((one.next, *one.others))
    told = _planned(one.next)
    when = told["when"]
    said = _("{rhythm}, next {when}").format(rhythm=often, when=when) if often else when
    more = ngettext("{n} more time", "{n} more times", len(one.others)).format(n=len(one.others))
    others = [(each.start.isoformat(), period_words(each.start, each.end)) for each in one.others]
    return {**told, "when": f"{said[:1].upper()}{said[1:]}", "more": more, "others": others}


def _planned_entry(one: PublicMaintenance) -> Entry:
    told = _planned(one)
    pattern = _("Maintenance called off: {when}") if one.is_called_off else _("Maintenance: {when}")
    return Entry(
        f"maintenance/{one.key}",
        pattern.format(when=told["when"]),
        "\n".join(told["lines"]),
        one.said_at,
    )


def _lines(event: NamedEvent) -> list[str]:
    """What a feed reader shows below the title: each service by itself."""
    if event.runs:
        when = happened_words(event.first, event.at)
        return [when, *(f"{run.name}: {condition_word(run.now)}" for run in event.runs)]
    return [f"{name}: {condition_word(now)}" for name, _was, now in event.changes]


def _changes(event: NamedEvent) -> list[str]:
    by_condition: dict[str, list[str]] = {}
    for name, was, now in event.changes:
        by_condition.setdefault(_became(was, now), []).append(name)
    for run in event.runs:
        by_condition.setdefault(_again(run, is_least=event.began is None), []).append(run.name)
    return [f"{', '.join(names)}: {word}" for word, names in by_condition.items()]


def _again(run: NamedRun, *, is_least: bool) -> str:
    # What was never in trouble has not stopped.
    before = run.was if run.worst == "unknown" else run.worst
    worst, end = condition_word(run.worst), _became(before, run.now)
    return again_words(str(run.count), is_least=is_least, worst=worst, end=end)


def _became(was: str, now: str) -> str:
    if now != "operational":
        return condition_word(now)
    # Of what nobody knew before, nobody knows that it had stopped.
    return _("works") if was in ("", "unknown") else _("works again")


def _day(day: Day) -> str:
    return date_format(day.day, "SHORT_DATE_FORMAT")


def _moment(at: datetime) -> str:
    return f"{date_format(at, 'DATETIME_FORMAT')} UTC"
