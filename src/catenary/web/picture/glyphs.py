"""The small shapes that say role and condition, each different without its colour.

All are drawn in a square of 12 units and take their colour from a class.
"""

from __future__ import annotations

#: A person, a pillar, an arrow out of a box, an empty ring, a dotted square, a ring beyond a fence.
ROLE_SHAPES = {
    "customer-facing": (
        '<circle cx="6" cy="3.2" r="2.4"/><path d="M1.2 11.5a4.8 4.6 0 0 1 9.6 0z"/>'
    ),
    "offered": (
        '<circle class="chain-hollow" cx="6" cy="3.2" r="2"/>'
        '<path class="chain-hollow" d="M1.6 11a4.4 4.2 0 0 1 8.8 0z"/>'
    ),
    "supporting": '<path d="M1 .8h10v2.4H1zM1 8.8h10v2.4H1zM4.4 3.2h3.2v5.6H4.4z"/>',
    "external": (
        '<path class="chain-hollow" d="M5 2.2H1.6v8.2h8.2V7"/>'
        '<path class="chain-hollow" d="M6.8 1.4h3.8v3.8M10.4 1.6 5.4 6.6"/>'
    ),
    "idle": '<circle class="chain-hollow" cx="6" cy="6" r="4.2"/>',
    "pipeline": '<path class="chain-hollow" stroke-dasharray="2 1.6" d="M1.5 1.5h9v9h-9z"/>',
    "elsewhere": (
        '<path class="chain-hollow" d="M2 .9v10.2"/>'
        '<circle class="chain-hollow" cx="8" cy="6" r="3.1"/>'
    ),
}

#: Circle, triangle, square, and two hatched shapes: one for silence, one for what is planned.
CONDITION_SHAPES = {
    "operational": '<circle cx="6" cy="6" r="5"/>',
    "degraded": '<path d="M6 .6 11.8 11H.2z"/>',
    "down": '<path d="M1 1h10v10H1z"/>',
    "unknown": (
        '<circle class="chain-hollow" cx="6" cy="6" r="5"/>'
        '<path class="chain-hollow" d="M3.4 2.4v7.2M6 1.4v9.2M8.6 2.4v7.2"/>'
    ),
    "planned": (
        '<path class="chain-hollow" d="M1 1h10v10H1z"/>'
        '<path class="chain-hollow" d="M1 6 6 1M1 11 11 1M6 11l5-5"/>'
    ),
}


def role_glyph(role: str, x: float, y: float) -> str:
    """The shape of a role with its upper left corner at (x, y); empty for no role."""
    shape = ROLE_SHAPES.get(role)
    if shape is None:
        return ""
    return f'<g class="chain-glyph as-{role}" transform="translate({x:g} {y:g})">{shape}</g>'


def condition_glyph(condition: str, x: float, y: float) -> str:
    """The shape of a condition with its upper left corner at (x, y); empty for none."""
    shape = CONDITION_SHAPES.get(condition)
    if shape is None:
        return ""
    return f'<g class="chain-glyph is-{condition}" transform="translate({x:g} {y:g})">{shape}</g>'
