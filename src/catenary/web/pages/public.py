"""Deciding what everybody may see of an organization."""

from __future__ import annotations

from dataclasses import dataclass

from catenary.web.pages.sentences import Link


@dataclass(frozen=True, slots=True)
class PublicChoice:
    """One service that may be shown, and its public name."""

    reference: str
    own_name: str
    name: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class PublicPagePage:
    """``public_url`` is where everybody finds it, while it is shown."""

    organization: Link
    url: str
    public_url: str
    is_shown: bool
    choices: tuple[PublicChoice, ...]
    more: str
    problems: tuple[str, ...] = ()
