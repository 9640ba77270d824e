"""The small things every page shows: chips, counts, roles and stages with their reason."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from catenary.web.pages.sentences import Link, Sentence
from catenary.web.picture.glyphs import CONDITION_SHAPES, ROLE_SHAPES
from catenary.web.words import condition_word, role_word, stage_word


@dataclass(frozen=True, slots=True)
class Count:
    """How many; ``capped`` when counting stopped there, shown as "1,000+"."""

    number: int
    capped: bool = False

    def __bool__(self) -> bool:
        return self.number > 0

    def __str__(self) -> str:
        grouped = number_format(self.number, force_grouping=True)
        return f"{grouped}+" if self.capped else grouped


@dataclass(frozen=True, slots=True)
class NeededMark:
    """Whether a service that is hit is within its service hours now, and if not, from when."""

    words: str
    is_now: bool


@dataclass(frozen=True, slots=True)
class Because:
    """Why a derived word holds, with links to what proves it that the sentence itself lacks."""

    sentence: Sentence
    evidence: tuple[Link, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sentence)

    @property
    def links(self) -> tuple[Link, ...]:
        """Every link of the reason, those in the sentence first."""
        return (*self.sentence.links, *self.evidence)


_TERMS = {
    "customer-facing": "customer-facing",
    "offered": "customer-facing",
    "supporting": "supporting",
    "external": "external",
    "idle": "idle",
    "pipeline": "stage",
}


@dataclass(frozen=True, slots=True)
class RoleMark:
    """What a service is, seen from the viewpoint, and why.

    ``role`` is ``customer-facing``, ``offered``, ``supporting``, ``external``, ``idle``,
    ``pipeline`` or ``elsewhere`` (provided outside and not used by us).
    """

    role: str
    because: Because = Because(Sentence())

    @property
    def word(self) -> str:
        """The role as the reader reads it."""
        return role_word(self.role)

    @property
    def term(self) -> str:
        """The word that explains the role: ``offered`` is customer-facing, too."""
        return _TERMS.get(self.role, "viewpoint")

    @property
    def shape(self) -> SafeString:
        """The same shape as in the chain picture; empty for an unknown role."""
        return mark_safe(ROLE_SHAPES.get(self.role, ""))


@dataclass(frozen=True, slots=True)
class ConditionMark:
    """A condition as shape, colour and word together: ``operational``, ``degraded``, ``down``,
    ``unknown`` or ``planned``; with ``meanwhile`` what it will be while that lasts."""

    condition: str
    meanwhile: str = ""

    @property
    def word(self) -> str:
        """The condition as the reader reads it."""
        if self.meanwhile:
            return _("{condition}, as planned").format(condition=condition_word(self.meanwhile))
        return condition_word(self.condition)

    @property
    def shape(self) -> SafeString:
        """The same shape as in the chain picture."""
        return mark_safe(CONDITION_SHAPES.get(self.condition, ""))


@dataclass(frozen=True, slots=True)
class StageMark:
    """The lifecycle stage of a service, by its code (``live``)."""

    stage: str

    @property
    def word(self) -> str:
        """The stage as the reader reads it."""
        return stage_word(self.stage)


@dataclass(frozen=True, slots=True)
class Chip:
    """A small label. ``kind`` is ``plain``, ``reference``, ``tag`` or ``filter``; with
    ``remove_url`` it is a filter that can be taken away."""

    text: str
    kind: str = "plain"
    url: str = ""
    remove_url: str = ""


@dataclass(frozen=True, slots=True)
class Facet:
    """One value to narrow a list by: how many there are, and where choosing it leads. When
    ``is_chosen`` the ``url`` takes the choice back."""

    text: str
    count: Count | None
    url: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with the word for what it counts, and perhaps a page that lists it."""

    count: Count
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A person or team to turn to. ``address`` is an e-mail address or empty."""

    name: str
    address: str = ""
    url: str = ""

    @property
    def html(self) -> SafeString:
        """The name, leading to the page of the person or team, else to their mailbox."""
        mailbox = f"mailto:{quote(self.address, safe='@')}" if self.address else ""
        return Link(self.name, self.url or mailbox).html


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few ways to look at a page."""

    text: str
    url: str
    is_chosen: bool
