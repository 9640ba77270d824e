"""Who asks a second factor of somebody: the settings, the installation, their organizations."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from catenary.apps.organizations.queries.belonging import works_below
from catenary.apps.organizations.queries.second_factors import Asked, second_factor_asked


def asked_of(account: Any) -> Asked:
    """What is asked of an account. What the settings ask cannot be loosened on a page: it is
    asked of whoever comes through a provider too."""
    asked = second_factor_asked(account.pk, account.is_operator)
    if _by_settings(account):
        return Asked(by_installation=True, organizations=asked.organizations)
    return asked


def second_factor_is_required(account: Any) -> bool:
    """True when anybody asks it of this account."""
    return asked_of(account).is_asked


def why(asked: Asked) -> str:
    """Who asks, in a sentence."""
    if asked.organizations and not asked.by_installation:
        said = _("A second factor is asked of everybody with a role in {organizations}.")
        return said.format(organizations=", ".join(asked.organizations))
    return _("Whoever runs this installation asks a second factor of you.")


def _by_settings(account: Any) -> bool:
    said: frozenset[str] = settings.SECOND_FACTOR
    if "everybody" in said or ("operators" in said and account.is_operator):
        return True
    keys = said - {"everybody", "operators"}
    return bool(keys) and works_below(account.pk, keys)
