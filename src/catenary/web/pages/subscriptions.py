"""What somebody is told, by which way, and their feeds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from catenary.web.pages.frame import ZoneGroup
from catenary.web.pages.maintenance import ServiceField
from catenary.web.pages.tokens import Choice


@dataclass(frozen=True, slots=True)
class SubscriptionLine:
    """One subscription. ``secret`` is what calls of a webhook are signed with; ``delivered`` says
    when a message reached its owner last, ``troubles`` what did not."""

    public_id: str
    about: str
    how: str
    conditions: str
    quiet: str
    organization: str
    secret: str = ""
    delivered: str = ""
    troubles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One feed; its address is shown once, when it is made."""

    public_id: str
    organization: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SubscriptionForm:
    """What was typed, and what there is to choose from; with ``has_other_zone`` the chosen time
    zone is none of those."""

    about: tuple[Choice, ...] = ()
    channels: tuple[Choice, ...] = ()
    conditions: tuple[Choice, ...] = ()
    service: ServiceField = ServiceField(0)
    address: str = ""
    quiet_from: str = ""
    quiet_until: str = ""
    zone: str = ""
    zones: tuple[ZoneGroup, ...] = ()
    has_other_zone: bool = False


@dataclass(frozen=True, slots=True)
class SubscriptionsPage:
    """``problems`` say why nothing was made, by the field of the form that each is about;
    ``secret_address`` is that of a new feed, once."""

    organization: str
    email: str
    lines: tuple[SubscriptionLine, ...]
    feeds: tuple[FeedLine, ...]
    form: SubscriptionForm
    problems: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    secret_address: str = ""
    is_mail_set: bool = True


@dataclass(frozen=True, slots=True)
class UnsubscribePage:
    """One click from a message; ``is_done`` afterwards."""

    url: str
    is_done: bool
