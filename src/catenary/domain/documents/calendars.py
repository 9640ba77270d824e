"""Calendars: service hours with a name, holidays and exceptions, read and written."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from catenary.domain.documents.forms import Field, Form
from catenary.domain.documents.hours import hours_to_plain, read_hours, read_spans, spans_to_plain
from catenary.domain.documents.readers import (
    MAX_TEXT,
    Key,
    Listing,
    Reference,
    Text,
    kind_of,
    shown,
    too_many,
)
from catenary.domain.documents.regions import COUNTRIES
from catenary.domain.documents.shapes import (
    CalendarDocument,
    CalendarException,
    PublicHolidays,
    ServiceHours,
)
from catenary.domain.documents.words import nearest
from catenary.domain.findings import FieldPath, Problem
from catenary.domain.references import organization_of
from catenary.domain.said import said

CLOSED = "closed"
MAX_EXCEPTIONS = 2_000
#: A calendar is made of so many others at most.
MAX_PARTS = 50
_LONGEST = timedelta(days=366)
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_REFERENCE = Reference()
_ALL_DAY = '{zone: Europe/Berlin, mon-sun: "00:00-24:00"}'
_NAME = Text()


class CalendarHours:
    """Weekly hours; unlike those of a service they may run over midnight."""

    __slots__ = ()

    def read(self, value: Any, path: FieldPath, problems: list[Problem]) -> ServiceHours:
        """The hours."""
        return read_hours(value, path, problems, over_midnight=True)


def _read_spans(
    value: Any, path: FieldPath, problems: list[Problem]
) -> tuple[tuple[int, int], ...]:
    """The spans of one day in their order; none for ``closed``."""
    if isinstance(value, str) and value.strip().lower() == CLOSED:
        return ()
    spans = sorted(read_spans(value, path, problems, over_midnight=True))
    for (_, end), (start, _) in zip(spans, spans[1:], strict=False):
        if start < end:
            problems.append(
                Problem(
                    path,
                    said("two spans of one day overlap"),
                    said("spans that do not overlap, or closed"),
                )
            )
            break
    return tuple(spans)


class Holidays:
    """Public holidays: ``DE``, ``DE-BY``, or a mapping that also says the hours on them."""

    __slots__ = ()

    def read(self, value: Any, path: FieldPath, problems: list[Problem]) -> PublicHolidays | None:
        """The country, the region and the hours on its holidays."""
        if isinstance(value, dict):
            return HOLIDAYS.read(value, path, problems)
        text = _NAME.read(value, path, problems)
        country, _, region = text.partition("-")
        return _holidays(country, region, path, problems) if text else None


class Country:
    """The code of a country whose holidays are known."""

    __slots__ = ()

    def read(self, value: Any, path: FieldPath, problems: list[Problem]) -> str:
        """The code."""
        text = _NAME.read(value, path, problems).upper()
        if text and text not in COUNTRIES:
            problems.append(_unknown_country(text, path))
        return text


class DayHours:
    """The hours of one day: ``closed``, a span or a list of spans."""

    __slots__ = ()

    def read(
        self, value: Any, path: FieldPath, problems: list[Problem]
    ) -> tuple[tuple[int, int], ...]:
        """The spans; none when closed."""
        return _read_spans(value, path, problems)


class Exceptions:
    """A mapping from dates, or from a first to a last date, to the hours then."""

    __slots__ = ()

    def read(
        self, value: Any, path: FieldPath, problems: list[Problem]
    ) -> tuple[CalendarException, ...]:
        """The exceptions in order of their dates."""
        if not isinstance(value, dict):
            problems.append(
                Problem(
                    path,
                    said("this is {kind}", kind_of(value)),
                    said('dates and what holds on them: 2026-12-24: "08:00-12:00"'),
                )
            )
            return ()
        if too_many(value, path, problems, MAX_EXCEPTIONS):
            return ()
        found: list[tuple[CalendarException, FieldPath]] = []
        for name, item in value.items():
            here = (*path, str(name))
            dates = _read_dates(str(name), here, problems)
            told = item if isinstance(item, dict) else {"hours": CLOSED if item is None else item}
            exception = EXCEPTION.read(told, here, problems, dates=dates)
            if exception is not None and dates is not None:
                found.append((exception, here))
        found.sort(key=lambda pair: (pair[0].first, pair[0].last))
        for (one, _), (other, here) in zip(found, found[1:], strict=False):
            if other.first <= one.last:
                problems.append(
                    Problem(
                        here,
                        said("{day} stands twice among the exceptions", other.first.isoformat()),
                        said("each date once"),
                    )
                )
        return tuple(exception for exception, _ in found)


def _read_dates(text: str, path: FieldPath, problems: list[Problem]) -> tuple[date, date] | None:
    expected = said("a date such as 2026-12-24, or 2026-08-03..2026-08-14")
    first_text, dots, last_text = text.strip().partition("..")
    first = _read_date(first_text.strip())
    last = _read_date(last_text.strip()) if dots else first
    if first is None or last is None:
        problems.append(Problem(path, said("{text} is not a date", shown(text)), expected))
        return None
    if last < first:
        problems.append(Problem(path, said("{text} ends before it starts", shown(text)), expected))
        return None
    if last - first > _LONGEST:
        problems.append(
            Problem(
                path,
                said("{text} is longer than a year", shown(text)),
                said("other weekly hours, in a calendar of their own"),
            )
        )
        return None
    return first, last


def _read_date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text) if len(text) == 10 and text.isascii() else None
    except ValueError:
        return None
    return found if found and _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def _unknown_country(code: str, path: FieldPath) -> Problem:
    return Problem(
        path,
        said("the public holidays of {country} are not known", shown(code)),
        said("a country code of ISO 3166 such as DE, alone or with its region as in DE-BY"),
    )


def _holidays(
    country: str,
    region: str,
    path: FieldPath,
    problems: list[Problem],
    spans: tuple[tuple[int, int], ...] = (),
) -> PublicHolidays | None:
    country = country.strip().upper()
    regions = COUNTRIES.get(country)
    if regions is None:
        problems.append(_unknown_country(country, path))
        return None
    by_code = {code.upper(): code for code in regions}
    code = by_code.get(region.strip().upper(), "") if region else ""
    if region and not code:
        meant = nearest(region.strip().upper(), list(by_code)) if len(region) <= 40 else ""
        problems.append(
            Problem(
                path,
                said("{country} has no region {region} with holidays", country, shown(region)),
                said('did you mean "{meant}"?', by_code[meant])
                if meant
                else said("one of {regions}", ", ".join(regions[:40]))
                if regions
                else said("{country} alone", country),
            )
        )
        return None
    return PublicHolidays(country, code, spans)


def _holidays_of(
    country: str, region: str = "", spans: tuple[tuple[int, int], ...] = ()
) -> PublicHolidays:
    return PublicHolidays(country, region, spans)


class _HolidaysForm(Form[PublicHolidays]):
    """The mapping form; the region is looked for among those of the country."""

    __slots__ = ()

    def read(
        self, value: Any, path: FieldPath, problems: list[Problem], **given: Any
    ) -> PublicHolidays | None:
        found = super().read(value, path, problems, **given)
        if found is None:
            return None
        where = (*path, "region") if found.region else path
        return _holidays(found.country, found.region, where, problems, found.spans)


def _exception(
    dates: tuple[date, date] | None, spans: tuple[tuple[int, int], ...] = (), name: str = ""
) -> CalendarException:
    first, last = dates or (date.min, date.min)
    return CalendarException(first, last, spans, name)


def _calendar(reference: str, name: str, organization: str = "", **parts: Any) -> CalendarDocument:
    return CalendarDocument(
        reference=reference,
        name=name,
        organization=organization or organization_of(reference),
        **parts,
    )


HOLIDAYS = _HolidaysForm(
    "Public holidays",
    "this",
    _holidays_of,
    [
        Field("country", "country", Country(), "ISO 3166 code of the country", required=True),
        Field("region", "region", Text(60), "ISO 3166-2 code of the region in it"),
        Field("hours", "spans", DayHours(), "open on them after all; closed without"),
    ],
)

EXCEPTION = Form(
    "Exception",
    "an exception",
    _exception,
    [
        Field("hours", "spans", DayHours(), "the hours then, or closed", required=True),
        Field("name", "name", _NAME, "why"),
    ],
)

_REFERENCES = Listing(_REFERENCE, or_one=True, limit=MAX_PARTS)

CALENDAR = Form(
    "Calendar",
    "a calendar",
    _calendar,
    [
        Field("name", "name", _NAME, "the name people know it by", required=True),
        Field("organization", "organization", Key("organization key"), "whose it is"),
        Field("description", "description", Text(MAX_TEXT, lines=True), "what it is for"),
        Field("hours", "hours", CalendarHours(), "the hours of the week, in a time zone"),
        Field("holidays", "holidays", Holidays(), "public holidays, on which it is closed"),
        Field("exceptions", "exceptions", Exceptions(), "dates with other hours, or none"),
        Field("any-of", "any_of", _REFERENCES, "calendars: open while at least one of them is"),
        Field("all-of", "all_of", _REFERENCES, "calendars: open while all of them are"),
        Field("without", "without", _REFERENCES, "calendars: closed while one of them is open"),
    ],
)


def read_calendar(
    key: str, plain: Any, problems: list[Problem], path: FieldPath
) -> CalendarDocument | None:
    """The calendar with the reference ``key``, or None after adding every problem found."""
    before = len(problems)
    reference = _REFERENCE.read(key, path, problems)
    found = CALENDAR.read(plain, path, problems, reference=reference)
    if found is not None:
        problems += _contradictions(found, path)
    return found if len(problems) == before else None


def _contradictions(calendar: CalendarDocument, path: FieldPath) -> list[Problem]:
    found = []
    ways = [
        name
        for name, given in (
            ("hours", calendar.hours is not None),
            ("any-of", bool(calendar.any_of)),
            ("all-of", bool(calendar.all_of)),
        )
        if given
    ]
    if len(ways) != 1:
        found.append(
            Problem(
                path,
                said("{ways} stand together", " and ".join(ways))
                if ways
                else said("it does not say when it is open"),
                said("one of hours, any-of and all-of"),
            )
        )
    dated = calendar.holidays is not None or calendar.exceptions
    if dated and (calendar.hours is None or not calendar.hours.zone):
        found.append(
            Problem(
                (*path, "holidays" if calendar.holidays is not None else "exceptions"),
                said("a date needs the time zone in which it begins"),
                said("hours in a zone, such as {hours}", _ALL_DAY)
                if calendar.hours is not None
                else said("holidays and exceptions in the calendar that has the hours"),
            )
        )
    if calendar.reference in calendar.parts:
        found.append(
            Problem(
                path,
                said("{reference} is made of itself", calendar.reference),
                said("other calendars"),
            )
        )
    return found


def calendar_to_plain(document: CalendarDocument) -> dict[str, Any]:
    """The plain form; the reference stands outside."""
    born = organization_of(document.reference)
    plain: dict[str, Any] = {
        "name": document.name,
        "organization": "" if document.organization == born else document.organization,
        "description": document.description,
        "hours": None if document.hours is None else hours_to_plain(document.hours),
        "holidays": None if document.holidays is None else _holidays_to_plain(document.holidays),
        "exceptions": {_dates(e): _exception_to_plain(e) for e in document.exceptions},
        "any-of": list(document.any_of),
        "all-of": list(document.all_of),
        "without": list(document.without),
    }
    return {name: value for name, value in plain.items() if value}


def _holidays_to_plain(holidays: PublicHolidays) -> str | dict[str, Any]:
    if not holidays.spans:
        return holidays.country + (f"-{holidays.region}" if holidays.region else "")
    plain: dict[str, Any] = {"country": holidays.country}
    if holidays.region:
        plain["region"] = holidays.region
    return {**plain, "hours": spans_to_plain(holidays.spans)}


def _dates(exception: CalendarException) -> str:
    first, last = exception.first.isoformat(), exception.last.isoformat()
    return first if first == last else f"{first}..{last}"


def _exception_to_plain(exception: CalendarException) -> Any:
    hours = spans_to_plain(exception.spans) if exception.spans else CLOSED
    return {"hours": hours, "name": exception.name} if exception.name else hours
