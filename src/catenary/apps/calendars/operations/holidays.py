"""Public holidays as dates: by the library `holidays`, kept with the version that gave them."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from zoneinfo import TZPATH

import holidays
import orjson

from catenary.apps.calendars.models import HolidayEdition
from catenary.domain.documents.shapes import PublicHolidays

#: Holidays are worked out from so many years before a calendar is written to so many after.
YEARS_BACK, YEARS_AHEAD = 25, 15
#: Editions begin and end with these, so that calendars written years apart share one.
_STEP = 5

# Some countries announce a few years ahead only; that dates beyond are missing is no news.
warnings.filterwarnings("ignore", message="Requested Holidays are available")


def library_version() -> str:
    """Which version of the library gives the dates."""
    return f"holidays {version('holidays')}"


@cache
def time_zones_version() -> str:
    """Which version of the IANA database the clocks of this program follow, such as 2026a.

    Found the way Python itself finds it: the machine's own data first, then the package's.
    """
    folders = [Path(folder) for folder in TZPATH]
    machine = next((folder for folder in folders if (folder / "UTC").is_file()), None)
    try:
        if machine is not None:
            with (machine / "tzdata.zi").open(encoding="ascii", errors="replace") as text:
                return _version_in(text.readline(100))
        packaged = resources.files("tzdata") / "zoneinfo" / "tzdata.zi"
        return _version_in(packaged.read_text(encoding="ascii")[:100])
    except OSError:
        return "unknown"


def _version_in(text: str) -> str:
    match = re.match(r"# version (\S{1,40})", text)
    return match[1] if match else "unknown"


def editions_for(wanted: Iterable[PublicHolidays], at: datetime) -> dict[tuple[str, str], int]:
    """The numbers of the editions that hold the dates of these holidays, by country and region;
    made when there are none of this version of the library yet."""
    first = (at.year - YEARS_BACK) // _STEP * _STEP
    last = (at.year + YEARS_AHEAD) // _STEP * _STEP
    found: dict[tuple[str, str], int] = {}
    for country, region in sorted({(each.country, each.region) for each in wanted}):
        edition, _ = HolidayEdition.objects.get_or_create(
            country=country,
            region=region,
            library=library_version(),
            first_year=first,
            last_year=last,
            defaults={"days": _days(country, region, first, last), "made_at": at},
        )
        found[country, region] = edition.pk
    return found


def _days(country: str, region: str, first: int, last: int) -> str:
    dates = holidays.country_holidays(
        country, subdiv=region or None, years=range(first, last + 1), language="en_US"
    )
    return orjson.dumps([[day.isoformat(), name] for day, name in sorted(dates.items())]).decode()
