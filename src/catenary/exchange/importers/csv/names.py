"""Finding organizations and services by the names people write in cells."""

from __future__ import annotations

from collections import defaultdict

from catenary.domain.documents.words import Words
from catenary.domain.naming import slug
from catenary.exchange.importers.csv.templates import RowRefused
from catenary.exchange.importers.draft import Draft, Place, ServiceIdentity


class Names:
    """Everything a draft holds, by exact text, then by key, then by name.

    ``said`` remembers what was told about a row, so that a second round over it is silent.
    """

    def __init__(self) -> None:
        self.said: set[tuple[Place, str, str]] = set()
        self._organizations: dict[str, str] = {}
        self._loose: defaultdict[str, set[str]] = defaultdict(set)
        self._homes: defaultdict[tuple[str, str], set[ServiceIdentity]] = defaultdict(set)
        self._services: defaultdict[str, set[ServiceIdentity]] = defaultdict(set)
        self._draft = Draft()
        self._words = Words(())

    def learn_organizations(self, draft: Draft) -> None:
        """Take in the organizations of a draft; later ones are not found."""
        self._draft = draft
        for identity, organization in draft.organizations.items():
            self._loose[slug(identity)].add(identity)
            self._loose[slug(str(organization.fields["name"]))].add(identity)

    def learn_services(self, draft: Draft) -> None:
        """Take in the services of a draft, whose organizations are known."""
        for service, entry in draft.services.items():
            home = service[0]
            for text in (slug(service[1]), slug(str(entry.fields.get("name") or service[1]))):
                self._services[text].add(service)
                self._homes[home, text].add(service)
                self._homes[entry.provider, text].add(service)
        self._words = Words(identity[1] for identity in draft.services)

    def organization(self, text: str) -> str:
        """The identity of the organization that ``text`` means; ``text`` itself when there is
        none or several."""
        if text in self._draft.organizations or not text:
            return text
        found = self._loose.get(slug(text), set())
        return next(iter(found)) if len(found) == 1 else text

    def service(
        self, provider: str, text: str, near: ServiceIdentity | None = None
    ) -> ServiceIdentity:
        """The service ``text`` of ``provider``; without a provider the only one of that name, or
        the one beside ``near``. Raises ``RowRefused`` saying why there is none."""
        if not text:
            raise RowRefused("the service is empty")
        if provider:
            home = self.organization(provider)
            if (home, text) in self._draft.services:
                return home, text
            return self._only(self._homes.get((home, slug(text)), set()), text, f" at {provider}")
        found = self._services.get(slug(text), set())
        if len(found) > 1:
            exact = {identity for identity in found if identity[1] == text}
            found = exact or found
        if len(found) > 1 and near is not None:
            beside = {identity for identity in found if identity[0] == near[0]}
            found = beside or found
        if not found and "/" in text:
            organization, _, own = text.partition("/")
            return self.service(organization.strip(), own.strip())
        return self._only(found, text, "")

    def _only(self, found: set[ServiceIdentity], text: str, where: str) -> ServiceIdentity:
        if len(found) == 1:
            return next(iter(found))
        if found:
            homes = ", ".join(sorted(f"{home}/{own}" for home, own in found)[:5])
            raise RowRefused(f"'{text[:80]}' may mean any of {homes}: name the provider")
        near = self._words.nearest(text)
        hint = f"; did you mean '{near}'?" if near and near != text else ""
        raise RowRefused(f"there is no service '{text[:80]}'{where} here{hint}")
