"""The chain picture as SVG: classes only, everything escaped, whole and usable without script.

Marks are links in reading order; what colour says is said by shape and word too. ``chain.js``
adds pan, zoom and arrow keys to whatever carries ``data-chain``.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from catenary.domain.picture import (
    Box,
    ChainPicture,
    GateBox,
    Geometry,
    LinkPath,
    PictureNode,
    layout,
)
from catenary.domain.picture.marks import GLYPH_ROOM, PADDING, ROLE_GLYPH_ROOM
from catenary.domain.picture.routing import number
from catenary.domain.picture.text import display_text
from catenary.web.picture.glyphs import condition_glyph, role_glyph
from catenary.web.picture.legend import render_legend
from catenary.web.picture.wording import in_readers_words
from catenary.web.reading import figure
from catenary.web.words import condition_word, role_word, stage_word

#: What a button does, and its sign in a square of 16 units.
_TOOLS = (
    ("in", "M8 3v10M3 8h10"),
    ("out", "M3 8h10"),
    ("fit", "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4"),
    ("home", "M8 1v3M8 12v3M1 8h3M12 8h3M12 8a4 4 0 1 1-8 0 4 4 0 0 1 8 0z"),
)


def render_chain(
    picture: ChainPicture, geometry: Geometry | None = None, *, prefix: str = "chain"
) -> SafeString:
    """The picture with its tools and its legend, as a ``figure`` to put into a page.

    The page loads ``catenary/chain.css`` and, for pan and zoom, ``catenary/chain.js``. Two
    pictures on one page need different ``prefix``es (letters and ``-``). An empty picture gives
    an empty string: the page knows better what to say instead.
    """
    if not picture.nodes:
        return SafeString()
    if geometry is None:
        picture = in_readers_words(picture)
    tools = "".join(
        f'<button type="button" class="chain-tool" data-chain-do="{what}" '
        f'aria-label="{escape(words)}" title="{escape(words)}">'
        f'<svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">'
        f'<path class="chain-tool-sign" d="{sign}"/></svg></button>'
        for (what, sign), words in zip(
            _TOOLS,
            (
                _("Closer (+)"),
                _("Farther (-)"),
                _("Show all (0)"),
                _("Back to the start (Home)"),
            ),
            strict=True,
        )
    )
    return mark_safe(
        f'<figure class="chain" data-chain>'
        f'<div class="chain-tools" role="group" aria-label="{escape(_("Picture"))}" hidden>'
        f"{tools}</div>"
        f'<div class="chain-window">{render_svg(picture, geometry, prefix=prefix)}</div>'
        f'<figcaption class="chain-caption">{render_legend(picture)}</figcaption></figure>'
    )


def render_svg(
    picture: ChainPicture, geometry: Geometry | None = None, *, prefix: str = "chain"
) -> SafeString:
    """The SVG alone; ``geometry`` is laid out here unless the caller has it already."""
    geometry = geometry or layout(picture)
    number_of = {node.id: index for index, node in enumerate(picture.nodes)}
    by_id = {node.id: node for node in picture.nodes}
    gate_words = {group.id: group.label for group in picture.groups}
    width, height = number(geometry.width), number(geometry.height)
    marks = sorted(picture.nodes, key=lambda n: (geometry.boxes[n.id].y, geometry.boxes[n.id].x))
    parts = [
        f'<svg class="chain-svg" xmlns="http://www.w3.org/2000/svg" role="group" '
        f'aria-labelledby="{prefix}-title {prefix}-desc" '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f'<title id="{prefix}-title">{_safe(picture.title)}</title>',
        f'<desc id="{prefix}-desc">{_safe(_description(picture))}</desc>',
        '<g class="chain-links">',
        *(_link(path, by_id, number_of, gate_words) for path in _quiet_first(geometry, by_id)),
        "</g>",
        '<g class="chain-gates">',
        *(_weight(path) for path in geometry.paths),
        *(_gate(gate) for gate in geometry.gates.values()),
        "</g>",
        '<g class="chain-marks">',
        *(_mark(node, geometry.boxes[node.id], number_of[node.id]) for node in marks),
        "</g></svg>",
    ]
    return mark_safe("".join(parts))


def _description(picture: ChainPicture) -> str:
    services = sum(node.count for node in picture.nodes if node.kind != "organization")
    links = len(picture.edges) + sum(len(group.members) for group in picture.groups)
    return _(
        "Consumers above, supporters below: %(services)s services, %(links)s links. "
        "The table beside the picture says the same."
    ) % {"services": figure(services), "links": figure(links)}


def _quiet_first(geometry: Geometry, by_id: dict[str, PictureNode]) -> Iterable[LinkPath]:
    """Links that carry a fault are drawn last, so that they lie on top, and before them those
    that carry what is planned."""
    loudness = {"down": 3, "degraded": 2, "planned": 1}
    return sorted(geometry.paths, key=lambda path: loudness.get(by_id[path.target].condition, 0))


def _link(
    path: LinkPath,
    by_id: dict[str, PictureNode],
    number_of: dict[str, int],
    gate_words: dict[str, str],
) -> str:
    source, target = by_id[path.source], by_id[path.target]
    names = {"reliant": source.label, "supporter": target.label}
    if path.kind == "consumption":
        sentence = _("%(reliant)s consumes %(supporter)s") % names
        if path.words:
            sentence += _(", known there as %(name)s") % {"name": path.words}
    else:
        sentence = _("%(reliant)s relies on %(supporter)s") % names
        if words := gate_words.get(path.group, ""):
            sentence += f" ({words})"
        if path.kind == "loop":
            sentence += _(", which closes a loop")
    classes = ["chain-link", f"is-{path.kind}"]
    if path.soft:
        classes.append("is-soft")
    if target.condition in {"degraded", "down", "planned"}:
        classes.append(f"carries-{target.condition}")
    ends = f'data-from="{number_of[path.source]}" data-to="{number_of[path.target]}"'
    drawn = (
        f'<path class="{" ".join(classes)}" {ends} d="{path.d}"><title>{_safe(sentence)}</title>'
        "</path>"
    )
    if path.arrow:
        drawn += f'<path class="chain-arrow" d="{path.arrow}"/>'
    return drawn


def _weight(path: LinkPath) -> str:
    """What the supporter weighs in its group, drawn after all links so that none covers it."""
    if not path.words or path.kind == "consumption":
        return ""
    at = f'x="{number(path.words_x)}" y="{number(path.words_y)}"'
    return f'<text class="chain-weight" {at}>{_safe(path.words)}</text>'


def _gate(gate: GateBox) -> str:
    soft = " is-soft" if gate.soft else ""
    middle, low = number(gate.x + gate.width / 2), number(gate.y + gate.height / 2 + 3.8)
    return (
        f'<path class="chain-link{soft}" d="{gate.stub}"/>'
        f'<rect class="chain-gate{soft}" x="{number(gate.x)}" y="{number(gate.y)}" '
        f'width="{number(gate.width)}" height="{number(gate.height)}" rx="10"/>'
        f'<text class="chain-gate-words" x="{middle}" y="{low}">{_safe(gate.label)}</text>'
    )


def _mark(node: PictureNode, box: Box, index: int) -> str:
    classes = ["chain-mark", f"kind-{node.kind}"]
    if node.role:
        classes.append(f"role-{node.role}")
    if stage := _word_class(node.stage):
        classes.append(f"stage-{stage}")
    if node.condition:
        classes.append(f"is-{node.condition}")
    if node.is_focus:
        classes.append("is-focus")
    if node.is_cause:
        classes.append("is-cause")
    width, height = number(box.width), number(box.height)
    round_ = "17" if node.kind == "organization" else "9"
    inside = [f"<title>{_safe(_whole(node))}</title>"]
    if node.kind == "bundle":
        behind = f'x="5" y="-5" width="{width}" height="{height}" rx="9"'
        inside.append(f'<rect class="chain-box-behind" {behind}/>')
    if node.is_cause:
        around = (
            f'x="-5" y="-5" width="{number(box.width + 10)}" height="{number(box.height + 10)}"'
        )
        inside.append(f'<rect class="chain-cause" {around} rx="13"/>')
    inside.append(
        f'<rect class="chain-box" x="0" y="0" width="{width}" height="{height}" rx="{round_}"/>'
    )
    base = 19.0 if box.sublabel else box.height / 2 + 4.6
    inside.append(condition_glyph(node.condition, PADDING, base - 10.5))
    x = PADDING + (GLYPH_ROOM if node.condition else 0)
    if node.kind == "organization":
        # A pill reads best from its middle.
        x = (x + box.width - PADDING) / 2
    inside.append(
        f'<text class="chain-label" x="{number(x)}" y="{number(base)}">{_safe(box.label)}</text>'
    )
    if box.sublabel:
        inside.append(role_glyph(node.role, PADDING, 25.4))
        x = PADDING + (ROLE_GLYPH_ROOM if node.role else 0)
        inside.append(
            f'<text class="chain-sublabel" x="{number(x)}" y="35">{_safe(box.sublabel)}</text>'
        )
    place = f'transform="translate({number(box.x)} {number(box.y)})"'
    open_tag = f'class="{" ".join(classes)}" data-mark="{index}" {place}'
    if node.is_focus:
        open_tag += ' aria-current="true"'
    href = _safe_address(node.expand_href if node.kind == "bundle" else node.href)
    name = f'aria-label="{_safe(_whole(node))}"'
    if href:
        return f'<a {open_tag} {name} href="{escape(href)}">{"".join(inside)}</a>'
    return f'<g {open_tag} {name} role="img" tabindex="0">{"".join(inside)}</g>'


def _whole(node: PictureNode) -> str:
    """Everything the mark says, uncut: for tooltips and screen readers."""
    words = [node.label or node.id]
    if node.kind == "organization":
        words.append(_("consumer"))
    if node.sublabel and node.kind != "bundle":
        words.append(_("provided by %(provider)s") % {"provider": node.sublabel})
    words += [role_word(node.role)] if node.role else []
    words += [stage_word(node.stage)] if node.stage else []
    words += [condition_word(node.condition)] if node.condition else []
    if node.is_cause:
        words.append(_("worked on") if node.condition == "planned" else _("the cause"))
    return ", ".join(words)


def _word_class(word: str) -> str:
    """A word that may stand in a class attribute, or nothing."""
    return word if word.isascii() and word.replace("-", "").isalnum() else ""


def _safe(text: str) -> str:
    """Text for markup: harmless characters only, escaped."""
    return escape(display_text(text))


def _safe_address(href: str) -> str:
    """``href`` when it stays here or is plainly the web; nothing for any other scheme."""
    if href.startswith(("/", "?", "#")) and not href.startswith(("//", "/\\")):
        return href
    return href if href.startswith(("https://", "http://")) else ""
