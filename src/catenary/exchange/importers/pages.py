"""What importers of status pages share: a provider whose services are the systems of the page."""

from __future__ import annotations

from pathlib import Path

from catenary.exchange.importers.draft import Draft, Place
from catenary.exchange.importers.naming import KnownNames, NameMapping, read_names


class StatusPage:
    """A status page being read. With a provider its systems become services of the provider;
    without one they are names like any other, for the mapping to declare."""

    def __init__(self, mapping: Path | None, provider: str, name: str) -> None:
        """Raises ``ImportRefused`` when the mapping is wrong."""
        self.mapping: NameMapping = read_names(mapping)
        self.draft = Draft(voice=self.mapping.voice)
        self.names = KnownNames(self.mapping)
        self._provider, self._name = provider, name

    def add_system(self, place: Place, name: str, description: str, title: str = "") -> None:
        """The page lists a system; ``title`` is what the page calls itself."""
        if not self._provider or folded_away(self.mapping, name):
            return
        if self._provider not in self.draft.organizations:
            shown = self._name or title or self._provider
            self.draft.add_organization(
                self._provider, place=place, name=shown, key_text=self._provider
            )
        identity = (self._provider, name)
        fields: dict[str, object] = {"name": name, "stage": "live"}
        if description.strip():
            fields["description"] = description.strip()
        self.draft.add_service(identity, place=place, fields=fields)
        self.names.add_system(name, identity)


def folded_away(mapping: NameMapping, name: str) -> bool:
    """Whether the mapping leads the name elsewhere, so that it makes no service of its own."""
    key = " ".join(name.split()).casefold()
    return key in mapping.services or key in mapping.leave_out
