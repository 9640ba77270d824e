"""Query parameters that several routes share, and what each of them must be.

What a parameter must be is said with the parameter, so that everything that is wrong with a request
is found together, before anything is read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from ninja import Path, Query
from ninja.params import functions
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from catenary.api.answers import place_of, wanted_fields
from catenary.domain.moments import read_moment

#: What Pydantic calls that which one of the rules here refuses.
UNFIT = "unfit"


def _unfit(detail: str, expected: str) -> PydanticCustomError:
    return PydanticCustomError(UNFIT, "{detail}", {"detail": detail, "expected": expected})


def query(*rules: AfterValidator, **said: Any) -> Any:
    """A query parameter with rules of its own. They stand with its limits and not beside it in the
    annotation, where its default would be lost."""
    made = functions.Query(**said)
    made.metadata.extend(rules)
    return made


def one_of(what: str, known: Sequence[str]) -> AfterValidator:
    """One of some words, or nothing where that is what stands there without it."""

    def check(said: str) -> str:
        if said not in known:
            raise _unfit(f'there is no {what} "{said}"', f"one of {', '.join(filter(None, known))}")
        return said

    return AfterValidator(check)


def after_in(is_place: Callable[[str], bool]) -> Any:
    """From where to go on in a list: nothing, or a place that the list has given."""

    def check(said: str) -> str:
        if said and not is_place(said):
            raise _unfit("this is no place in this list", "“next” of the page before")
        return said

    return query(
        AfterValidator(check),
        max_length=2_000,
        description="`next` of the page before; opaque, do not build it",
    )


def fields_of(known: Sequence[str]) -> Any:
    """Nothing, or fields that there are, with commas between: a typing error would otherwise look
    like an empty field."""

    def check(said: str) -> str:
        unknown = sorted((wanted_fields(said) or frozenset()).difference(known))
        if unknown:
            told = " and ".join(f'"{name[:100]}"' for name in unknown[:3])
            raise _unfit(f"there is no field {told}", f"some of {', '.join(known)}")
        return said

    return query(
        AfterValidator(check),
        description="the fields wanted, with commas between; `reference` is always given",
    )


def _moment(said: str) -> str:
    if said and read_moment(said) is None:
        raise _unfit("this is no moment", "an ISO date or time, like 2026-03-01T09:30Z")
    return said


#: Nothing, or a moment.
MOMENT = AfterValidator(_moment)

Key = Annotated[str, Path(max_length=300, description="key of the organization")]
Organization = Annotated[
    str, Path(max_length=300, description="first part of the reference of a service")
]
ServiceKey = Annotated[
    str, Path(max_length=300, description="second part of the reference of a service")
]
Consumer = Annotated[str, Path(max_length=300, description="key of the consuming organization")]
Email = Annotated[str, Path(max_length=300, description="e-mail address of the person")]

Words = Annotated[
    str, Query(max_length=200, description="words to search for, each as the beginning of a word")
]
Named = Annotated[str, Query(max_length=200, description="part of a name, key or address")]
#: Of a list whose places are texts.
AfterText = Annotated[str, after_in(lambda said: isinstance(place_of(said), str))]
Limit = Annotated[int, Query(ge=1, le=100, description="how many to give at most")]
Below = Annotated[
    str, Query(max_length=200, description="key of an organization: it and everything below it")
]
TakeOver = Annotated[
    bool,
    Query(description="change it although another source manages it, which then no longer does"),
]
