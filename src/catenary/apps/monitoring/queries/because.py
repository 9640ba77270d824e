"""Because of what services are what they are, for lists: only where a condition comes from, not the
way there (`queries.status` tells that of one service), with the same sight.

The services and providers that are named are looked up by the caller, together with the rest of
its list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from catenary.apps.monitoring.queries.explaining import (
    Reasoned,
    reasons_of_certain,
    reasons_of_several,
)
from catenary.apps.monitoring.queries.standing import Standing
from catenary.apps.organizations.queries import OrganizationRow
from catenary.apps.portfolio.queries.lookup import ServiceRow
from catenary.domain.condition.explanation import Cause
from catenary.domain.estate import Bools

#: So many causes of one service are looked at.
_PATHS = 20


@dataclass(frozen=True, slots=True)
class NamedSource:
    """A service a condition comes from, under the name the reader knows. Without a reference it
    may not be seen: it is a supporting service of ``provider``."""

    reference: str
    name: str
    provider: OrganizationRow


@dataclass(frozen=True, slots=True)
class Because:
    """Where a condition comes from, first what alone is enough for it. ``is_only_together``:
    nothing of it is; ``has_more``: not all was looked at."""

    sources: tuple[NamedSource, ...]
    is_only_together: bool = False
    has_more: bool = False


#: Of a service that is what it is by itself, or works.
NOTHING_ELSE = Because(())


class Reasons:
    """Where the conditions of some services, by position, come from: of such as are certainly
    degraded or down, or in maintenance."""

    def __init__(
        self, standing: Standing, places: Sequence[int], seen: Bools, home: int | None
    ) -> None:
        self._estate = standing.estate
        self._found = dict(_found(standing, places))
        causes = [cause for each in self._found.values() for cause in each.causes.told]
        sources = sorted({cause.source for cause in causes})
        numbers = self._estate.service_ids[sources].tolist() if sources else []
        is_seen = seen[sources].tolist() if sources else []
        #: The numbers of the sources that may be seen, by position.
        self._services: dict[int, int] = {
            source: number
            for source, number, may_see in zip(sources, numbers, is_seen, strict=True)
            if may_see
        }
        at_home: Bools = self._estate.provider_root == (-1 if home is None else home)
        #: The numbers of the providers that are named instead, by cause.
        self._providers: dict[Cause, int] = {
            cause: self._provider(cause, seen, at_home)
            for cause in causes
            if cause.source not in self._services
        }

    @property
    def services(self) -> set[int]:
        """The numbers of the services that are named."""
        return set(self._services.values())

    @property
    def providers(self) -> set[int]:
        """The numbers of the providers that are named instead of a service."""
        return set(self._providers.values())

    def told(
        self,
        place: int,
        rows: Mapping[int, ServiceRow],
        names: Mapping[int, str],
        providers: Mapping[int, OrganizationRow],
    ) -> Because:
        """Those of one service; however many stand unseen behind a provider are one."""
        reasoned = self._found.get(place)
        if reasoned is None:
            return NOTHING_ELSE
        sources: dict[tuple[str, int], NamedSource] = {}
        for cause in reasoned.causes.told:
            number = self._services.get(cause.source)
            if number is None:
                provider = self._providers[cause]
                sources["provider", provider] = NamedSource("", "", providers[provider])
            elif number in rows and ("service", number) not in sources:
                row = rows[number]
                name, provider = names.get(number) or row.name, row.provider_id
                named = NamedSource(row.reference, name, providers[provider])
                sources["service", number] = named
        causes = reasoned.causes
        has_more = bool(causes.more) or not causes.is_complete
        return Because(tuple(sources.values()), reasoned.is_only_together, has_more)

    def _provider(self, cause: Cause, seen: Bools, at_home: Bools) -> int:
        """Whose supporting service an unseen source is: at home everybody knows the house, of
        others only what they promise."""
        last = max(at for at, place in enumerate(cause.path) if seen[place])
        unseen = cause.path[last + 1]
        named = unseen if at_home[unseen] else cause.path[last]
        return int(self._estate.organization_ids[self._estate.provider[named]])


def _found(standing: Standing, places: Sequence[int]) -> Iterator[tuple[int, Reasoned]]:
    """What follows from what is the same for all who look until the engine keeps something else."""
    estate, is_planned, is_bad = standing.estate, standing.is_planned, standing.is_certainly_bad
    planned = tuple(place for place in places if is_planned[place])
    certain = tuple(place for place in places if not is_planned[place])
    if planned:
        asked = ("because", standing.number, planned)
        told = estate.remembered(asked, lambda: reasons_of_several(estate, planned, _PATHS))
        yield from zip(planned, told, strict=True)
    if certain:
        asked = ("because", standing.number, certain)
        told = estate.remembered(asked, lambda: reasons_of_certain(estate, certain, _PATHS, is_bad))
        yield from zip(certain, told, strict=True)
