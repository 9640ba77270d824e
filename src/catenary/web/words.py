"""The few words that stand on many pages: roles, conditions, stages, what people are."""

from __future__ import annotations

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy

from catenary.apps.monitoring.choices import CONDITION_WORDS

_ROLES: dict[str, LazyText] = {
    "customer-facing": gettext_lazy("customer-facing"),
    "offered": gettext_lazy("customer-facing, no customer yet"),
    "supporting": gettext_lazy("supporting"),
    "external": gettext_lazy("external"),
    "idle": gettext_lazy("idle"),
    "pipeline": gettext_lazy("pipeline"),
    "elsewhere": gettext_lazy("not used by us"),
}
#: As a picture shows them, too: what is planned is maintenance.
_CONDITIONS = {**CONDITION_WORDS, "planned": CONDITION_WORDS["maintenance"]}
_STAGES: dict[str, LazyText] = {
    "proposed": gettext_lazy("proposed"),
    "designed": gettext_lazy("designed"),
    "built": gettext_lazy("built"),
    "tested": gettext_lazy("tested"),
    "live": gettext_lazy("live"),
    "retiring": gettext_lazy("retiring"),
    "retired": gettext_lazy("retired"),
}
_PEOPLE: dict[str, LazyText] = {
    "customer": gettext_lazy("customer"),
    "user": gettext_lazy("user"),
    "sponsor": gettext_lazy("sponsor"),
    "viewer": gettext_lazy("viewer"),
    "service-owner": gettext_lazy("service owner"),
    "service-level-manager": gettext_lazy("service level manager"),
    "catalogue-editor": gettext_lazy("catalogue editor"),
    "administrator": gettext_lazy("administrator"),
}


def role_word(role: str) -> str:
    """The word for a role seen from somewhere; an unknown role is shown as it is."""
    return str(_ROLES.get(role, role))


def condition_word(condition: str) -> str:
    """The word for a condition; an unknown one is shown as it is."""
    return str(_CONDITIONS.get(condition, condition))


def stage_word(stage: str) -> str:
    """The word for a lifecycle stage; an unknown one is shown as it is."""
    return str(_STAGES.get(stage, stage))


def person_role_word(role: str) -> str:
    """The word for what a person is in an organization; an unknown one is shown as it is."""
    return str(_PEOPLE.get(role, role))
