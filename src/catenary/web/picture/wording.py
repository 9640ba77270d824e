"""The picture in the reader's language: before it is measured, so that boxes and gates are as wide
as their words."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from catenary.domain.picture import ChainPicture, PictureNode
from catenary.domain.picture.marks import second_line
from catenary.web.reading import in_words
from catenary.web.words import role_word, stage_word


def in_readers_words(picture: ChainPicture) -> ChainPicture:
    """Gates, weights, bundles and second lines as the reader reads them; names as they are."""
    return replace(
        picture,
        nodes=tuple(
            replace(node, label=in_words(node.label), says=_second_line(node))
            for node in picture.nodes
        ),
        groups=tuple(
            replace(
                group,
                label=in_words(group.label),
                members=tuple((member, in_words(words)) for member, words in group.members),
            )
            for group in picture.groups
        ),
    )


def _second_line(node: PictureNode) -> tuple[str, ...]:
    """Whose it is, and the role and stage as the reader reads them."""
    if node.kind == "bundle":
        return (_("folded, open to see") if node.expand_href else _("folded"),)
    words = []
    for code in second_line(node)[1]:
        if code == "offered":
            words.append(_("offered"))
        else:
            words.append(role_word(code) if code == node.role else stage_word(code))
    return (node.sublabel, *words)
