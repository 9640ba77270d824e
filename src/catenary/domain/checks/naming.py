"""CAT22x: names by which people tell services apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from catenary.domain.checks.index import CatalogueIndex
from catenary.domain.checks.rule import Found, Rule, rule
from catenary.domain.checks.wording import listed, shown
from catenary.domain.findings import Severity
from catenary.domain.said import figure, said

# Cyrillic, Greek and digits that most typefaces draw like a Latin letter; the idea of Unicode
# Technical Standard 39 (confusables), cut to what occurs in names of services. Case is kept
# until after this step, because I and l look alike while i and l do not.
_LOOKS_LIKE = str.maketrans(
    {
        **dict(
            zip(
                "АВЕЅЗІЈКМНОРСТХУԌԚԜаеіјѕорсухһԁԛԝӏ",
                "ABES3lJKMHOPCTXYGQWaeijsopcyxhdqwl",
                strict=True,
            )
        ),
        **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαινορυ", "ABEZHlKMNOPTYXaivopu", strict=True)),
        **dict(zip("01I|ıǀⲟ", "OlllilO", strict=True)),
    }
)
# Characters that show nothing, or turn the reading direction. Joiners (U+200C, U+200D) are left
# alone: Persian, Hindi and emoji need them.
_UNSEEN = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SPACES = re.compile(r"\s+")


def same_name_key(name: str) -> str:
    """Equal for names that differ only in case, spacing, form of their letters or characters
    nobody can see."""
    if name.isascii() and name.isprintable():
        return " ".join(name.casefold().split())
    plain = _SPACES.sub(" ", _UNSEEN.sub("", unicodedata.normalize("NFKC", name))).strip()
    return unicodedata.normalize("NFKC", plain.casefold())


def look_alike_key(name: str) -> str:
    """Equal for names that most readers could not tell apart by eye."""
    if not name.isascii():
        name = unicodedata.normalize("NFKC", name)
    plain = _UNSEEN.sub("", name).translate(_LOOKS_LIKE)
    return " ".join(plain.casefold().split())


@rule(
    "CAT221",
    "Same name twice at one provider",
    Severity.WARNING,
    idea="The catalogue is the one place where both sides mean the same by a name (ISO/IEC "
    "20000-1, 8.2.4). Two services of one provider under one name will be ordered, reported and "
    "judged for each other.",
    remedy="Rename one of them, or retire the one that is not needed.",
)
def same_name_twice(index: CatalogueIndex) -> Iterator[Found]:
    named: dict[tuple[int, str], list[int]] = {}
    provider = index.provider.tolist()
    for at in index.current:
        name = index.services[at].name
        if name:
            named.setdefault((provider[at], same_name_key(name)), []).append(at)
    for alike in named.values():
        if len(alike) > 1:
            first, *others = sorted(index.references[at] for at in alike)
            for reference in others:
                service = index.services[index.number[reference]]
                yield (
                    reference,
                    ("services", reference, "name"),
                    said(
                        "{provider} calls {reference} “{name}”, the same name as {first} (and "
                        "{more} more).",
                        *(shown(service.provider), shown(reference), shown(service.name)),
                        *(shown(first), figure(len(others) - 1)),
                    )
                    if len(others) > 1
                    else said(
                        "{provider} calls {reference} “{name}”, the same name as {first}.",
                        *(shown(service.provider), shown(reference), shown(service.name)),
                        shown(first),
                    ),
                    said("Give each a name that says how it differs from the other."),
                )


@rule(
    "CAT222",
    "Names that look alike at one provider",
    Severity.WARNING,
    idea="Letters of different scripts, or 1 and l, look the same to a reader and not to a "
    "computer; that is an accident waiting, or somebody posing as something else.",
    remedy="Rename one of them, with letters of one script.",
)
def names_look_alike(index: CatalogueIndex) -> Iterator[Found]:
    seen: dict[tuple[int, str], list[int]] = {}
    provider = index.provider.tolist()
    for at in index.current:
        name = index.services[at].name
        if name:
            seen.setdefault((provider[at], look_alike_key(name)), []).append(at)
    for alike in seen.values():
        if len(alike) == 1:
            continue
        names: dict[str, list[str]] = {}
        for at in alike:
            key = same_name_key(index.services[at].name)
            names.setdefault(key, []).append(index.references[at])
        if len(names) > 1:
            first, *others = sorted(min(references) for references in names.values())
            for reference in others:
                theirs = index.services[index.number[reference]].name
                ours = index.services[index.number[first]].name
                foreign = sorted({mark for mark in ours + theirs if not mark.isascii()})
                yield (
                    reference,
                    ("services", reference, "name"),
                    said(
                        "“{theirs}” ({reference}) looks like “{ours}” ({first}) and is another "
                        "name; watch {marks}.",
                        *(shown(theirs), shown(reference), shown(ours), shown(first)),
                        _spelled(foreign),
                    )
                    if foreign
                    else said(
                        "“{theirs}” ({reference}) looks like “{ours}” ({first}) and is another "
                        "name.",
                        *(shown(theirs), shown(reference), shown(ours), shown(first)),
                    ),
                    said("Rename one so that nobody takes it for the other."),
                )


@rule(
    "CAT223",
    "Name with characters nobody can see",
    Severity.WARNING,
    idea="Control characters, invisible spaces and marks that turn the reading direction make a "
    "name read differently from what it is, in pages, exports and terminals.",
    remedy="Type the name again.",
)
def unseen_characters(index: CatalogueIndex) -> Iterator[Found]:
    for kind, documents in (
        ("organizations", index.catalogue.organizations),
        ("services", index.catalogue.services),
    ):
        for key, document in documents.items():
            name = document.name
            if name.isascii() and name.isprintable():
                continue
            unseen = sorted(set(_UNSEEN.findall(name)))
            if unseen:
                yield (
                    key,
                    (kind, key, "name"),
                    said(
                        "The name of {key} holds characters nobody can see: {marks}.",
                        shown(key),
                        listed([f"U+{ord(mark):04X}" for mark in unseen]),
                    ),
                    said("Type the name again without them."),
                )


def _spelled(marks: list[str]) -> str:
    return listed([f"{mark} (U+{ord(mark):04X})" for mark in marks])


RULES: tuple[Rule, ...] = (same_name_twice, names_look_alike, unseen_characters)
