"""The legend: only the signs that this picture uses, each with its word."""

from __future__ import annotations

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from catenary.domain.picture import ChainPicture
from catenary.domain.picture.graph import links_of
from catenary.web.picture.glyphs import (
    CONDITION_SHAPES,
    ROLE_SHAPES,
    condition_glyph,
    role_glyph,
)


def render_legend(picture: ChainPicture) -> SafeString:
    """A list of the signs in ``picture`` with their meaning."""
    roles = {node.role for node in picture.nodes}
    conditions = {node.condition for node in picture.nodes}
    kinds = {node.kind for node in picture.nodes}
    entries = [(role_glyph(role, 1, 1), _role_words(role)) for role in ROLE_SHAPES if role in roles]
    entries += [
        (condition_glyph(condition, 1, 1), _condition_words(condition))
        for condition in CONDITION_SHAPES
        if condition in conditions
    ]
    causes = {node.condition == "planned" for node in picture.nodes if node.is_cause}
    if False in causes:
        entries.append((_cause(""), _("where the condition of the focus comes from")))
    if True in causes:
        entries.append(
            (_cause(" is-planned"), _("worked on: where the maintenance of the focus comes from"))
        )
    if "organization" in kinds:
        entries.append(
            (
                '<g class="chain-mark kind-organization">'
                '<rect class="chain-box" x="1" y="2" width="12" height="10" rx="5"/></g>',
                _("consumer"),
            )
        )
    if any(group.soft for group in picture.groups):
        entries.append(
            (
                '<path class="chain-link is-soft" d="M0 5C6 11 16 11 22 5"/>',
                _("soft: its loss only degrades"),
            )
        )
    if any(group.label and not group.soft for group in picture.groups):
        entries.append(
            (
                '<rect class="chain-gate" x="1" y="2" width="22" height="10" rx="5"/>',
                _("how many of the supporters below it takes"),
            )
        )
    if any(link.closes_loop for link in links_of(picture)):
        entries.append(
            ('<path class="chain-link is-loop" d="M0 5C6 11 16 11 22 5"/>', _("closes a loop"))
        )
    items = "".join(
        f'<li><svg class="chain-sign" width="{width}" height="14" viewBox="0 0 {width} 14" '
        f'aria-hidden="true">{sign}</svg>{escape(words)}</li>'
        for sign, words in entries
        for width in (14 if sign.startswith("<g") else 24,)
    )
    return mark_safe(f'<ul class="chain-legend">{items}</ul>' if items else "")


def _cause(kind: str) -> str:
    return (
        f'<g class="chain-mark is-cause{kind}">'
        '<rect class="chain-cause" x="1" y="1" width="12" height="12" rx="4"/></g>'
    )


def _role_words(role: str) -> str:
    return {
        "customer-facing": _("customer-facing"),
        "offered": _("offered, no customer yet"),
        "supporting": _("supporting"),
        "external": _("external"),
        "idle": _("idle: nobody consumes it"),
        "pipeline": _("in the pipeline"),
        "elsewhere": _("not used by us"),
    }[role]


def _condition_words(condition: str) -> str:
    return {
        "operational": _("operational"),
        "degraded": _("degraded"),
        "down": _("down"),
        "unknown": _("unknown"),
        "planned": _("planned maintenance"),
    }[condition]
