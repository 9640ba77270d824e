"""Query parameters that several routes share."""

from __future__ import annotations

from typing import Annotated

from ninja import Path, Query

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
After = Annotated[
    str, Query(max_length=2_000, description="`next` of the page before; opaque, do not build it")
]
Limit = Annotated[int, Query(ge=1, le=100, description="how many to give at most")]
Below = Annotated[
    str, Query(max_length=200, description="key of an organization: it and everything below it")
]
TakeOver = Annotated[
    bool,
    Query(description="change it although another source manages it, which then no longer does"),
]
