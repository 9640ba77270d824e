"""How findings write names, lists and numbers, so that a sentence stays one readable line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from catenary.domain.documents.shapes import Stage
from catenary.domain.said import Said, figure, said

LONGEST_NAME = 80
_PARENTHESES = re.compile(r"\s*\(([^()]*)\)")
#: "R5, R21", "R1, " before what else is said, and a section of the semantics with its name.
_OWN_RULES = re.compile(r"^(?:R\d+(?:,\s*|$))+|^SEMANTICS \d+(?: (?:and|und) \d+)?(?:, .*|: |$)")


def shown(text: str) -> str:
    """``text`` safe to stand in a sentence: at most 80 characters, and nothing in it that could
    move a cursor, break the line or turn the reading direction (such characters are written
    as ``<U+202E>``)."""
    if len(text) > LONGEST_NAME:
        text = text[: LONGEST_NAME - 1] + "…"
    if text.isprintable():
        return text
    return "".join(mark if mark.isprintable() else f"<U+{ord(mark):04X}>" for mark in text)


def without_rules(text: str) -> str:
    """A text without the numbers of our own rules in parentheses: they are for who looks up where
    a check comes from. Standards everybody can read stay."""
    return _PARENTHESES.sub(_only_standards, text)


def _only_standards(found: re.Match[str]) -> str:
    parts = (_OWN_RULES.sub("", part.strip()) for part in found[1].split(";"))
    left = "; ".join(part for part in parts if part)
    return f" ({left})" if left else ""


def listed(names: Sequence[str] | Iterable[str], most: int = 3) -> str:
    """``a``, ``a and b``, ``a, b and c``, or ``a, b, c and 1,204 more``. What is itself a
    sentence of ours stays one."""
    all_names = list(names)
    if len(all_names) > most + 1:
        head = ", ".join(shown(name) for name in all_names[:most])
        return said("{names} and {n} more", head, figure(len(all_names) - most))
    words = [name if isinstance(name, Said) else shown(name) for name in all_names]
    if len(words) < 2:
        return words[0] if words else ""
    if len(words) == 2:
        return said("{one} and {other}", *words)
    if len(words) == 3:
        return said("{one}, {other} and {last}", *words)
    return said("{names} and {last}", ", ".join(words[:-1]), words[-1])


def stage_words(stage: Stage) -> str:
    """The stage as a word in a sentence."""
    return _STAGES[stage]


_STAGES = {
    Stage.PROPOSED: said("proposed"),
    Stage.DESIGNED: said("designed"),
    Stage.BUILT: said("built"),
    Stage.TESTED: said("tested"),
    Stage.LIVE: said("live"),
    Stage.RETIRING: said("retiring"),
    Stage.RETIRED: said("retired"),
}
