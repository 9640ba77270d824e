"""When a calendar is open, and closed days brought into it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from catenary import clock
from catenary.cli.exit_codes import REFUSED
from catenary.cli.session import actor_by, fail, ready, refuse, viewpoint_from
from catenary.cli.terminal import answer, say

if TYPE_CHECKING:
    from catenary.domain.actors import Actor
    from catenary.domain.service_hours import Hours
    from catenary.exchange.icalendar.importing import Brought


def show_hours(
    *, reference: str, days: int, ics: bool, seen: str, by: str, json: bool, data: Path | None
) -> None:
    """Print whether a calendar is open now and its hours day by day, or its openings."""
    ready(data)
    actor = actor_by(by)
    name, hours = _hours(actor, seen, reference)
    at = clock.now()
    if ics:
        from catenary.exchange.icalendar.writing import openings_feed

        sys.stdout.write(openings_feed(reference, name, hours, at).decode())
        return
    told = _told(hours, days)
    if json:
        answer({"calendar": reference, "name": name, **told})
        return
    state = "open" if told["open"] else "closed"
    say(f"{name}: {state} now" + (f", until {told['until']}" if told["until"] else ""))
    for day in told["days"]:
        say(f"{day['date']}  {', '.join(day['hours']) or 'closed'}")
    say(f"Local time in {told['zone']}.")


def _hours(actor: Actor, seen: str, reference: str) -> tuple[str, Hours]:
    from catenary.apps.calendars.queries import calendars_by_reference
    from catenary.apps.portfolio.queries.calendars import hours_of_calendars, visible_calendars

    viewpoint = viewpoint_from(actor, seen)
    row = calendars_by_reference([reference]).get(reference)
    if (
        row is None
        or row.is_removed
        or viewpoint is not None
        and row.reference not in {found.reference for found in visible_calendars(actor, viewpoint)}
    ):
        row = None
    if row is None:
        fail(f"there is no calendar {reference} that you may see")
    hours = hours_of_calendars([reference])[reference]
    if hours is None:
        fail(f"what {reference} is made of is missing, so nobody can say when it is open")
    return row.name, hours


def _told(hours: Hours, days: int) -> dict[str, Any]:
    from catenary.domain.intervals import instant, moment
    from catenary.domain.service_hours import is_open, next_change
    from catenary.domain.service_hours.days import days_of, zones_of

    at = clock.now()
    zone = next(iter(zones_of(hours)), "UTC")
    local = ZoneInfo(zone)
    change = next_change(hours, instant(at))
    return {
        "open": is_open(hours, instant(at)),
        "until": moment(change).astimezone(local).isoformat() if change is not None else None,
        "zone": zone,
        "days": [
            {
                "date": day.day.isoformat(),
                "hours": [f"{_clock(start)}-{_clock(end)}" for start, end in day.spans],
                "microseconds": day.length,
            }
            for day in days_of(hours, zone, at.astimezone(local).date(), days)
        ],
    }


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def bring_days(
    *,
    reference: str,
    file: Path,
    dry_run: bool,
    take_over: bool,
    by: str,
    json: bool,
    data: Path | None,
) -> None:
    """Bring the whole days of an iCalendar file into a calendar, and say what came of it."""
    ready(data)
    from catenary.apps.common.operations import CatalogueBusy
    from catenary.domain.refusals import Refused
    from catenary.exchange.catalogue.amending import Conflicts
    from catenary.exchange.icalendar.importing import bring_closed_days
    from catenary.exchange.icalendar.lines import MAX_BYTES, NotACalendar

    actor = actor_by(by)
    try:
        with file.open("rb") as opened:
            raw = opened.read(MAX_BYTES + 1)
        brought = bring_closed_days(
            actor=actor,
            at=clock.now(),
            reference=reference,
            raw=raw,
            dry_run=dry_run,
            take_over=take_over,
        )
    except OSError as error:
        fail(f"{file} cannot be read ({error.strerror})")
    except NotACalendar as error:
        fail(f"{file}: {error}")
    except Refused as refused:
        refuse(refused.refusals, json)
    except (Conflicts, CatalogueBusy) as error:
        fail(str(error), REFUSED)
    _say_brought(brought, dry_run, json)


def _say_brought(brought: Brought, dry_run: bool, json: bool) -> None:
    if json:
        from catenary.exchange.icalendar.importing import brought_as_plain

        answer({**brought_as_plain(brought), "dry-run": dry_run})
        return
    for day in brought.taken:
        say(f"+ {day.day.isoformat()}  closed  {day.name}")
    for each in brought.rejected:
        remedy = f"; {each.remedy}" if each.remedy else ""
        name = f"{each.name}: " if each.name else ""
        say(f"! line {each.line}: {name}not taken, {each.reason}{remedy}")
    count = len(brought.taken)
    said = f"{count} closed {'day' if count == 1 else 'days'} "
    said += f"{'would be ' if dry_run else ''}brought in, "
    say(said + f"{len(brought.known)} had an exception already, {len(brought.rejected)} not taken.")
