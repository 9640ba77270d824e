"""Reading parts of what objects say: the database hands over a few fields of many documents.

A question about hundreds of services that needs one field of each would otherwise fetch and read
hundreds of whole documents. Whoever calls has been told which objects the actor may see.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import orjson
from django.db.models import F, Func, TextField

from catenary.apps.common.queries.prepared import Prepared, numbers
from catenary.apps.history.choices import Kind
from catenary.apps.history.models import Revision


class _Parts(Func):
    """Fields of the document, as the text of a JSON list; null stands for what it does not say."""

    output_field = TextField()

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(F("document"))
        self.names = names

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        each = (f"json_extract(%(expressions)s, '$.\"{name}\"')" for name in self.names)
        return self.as_sql(
            compiler, connection, template=f"json_array({', '.join(each)})", **context
        )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        each = (f"(%(expressions)s)::json->'{name}'" for name in self.names)
        return self.as_sql(
            compiler, connection, template=f"json_build_array({', '.join(each)})::text", **context
        )


@cache
def _worded(names: tuple[str, ...]) -> Prepared:
    return Prepared(
        lambda kind, ids: Revision.objects.filter(
            kind=kind, object_id__in=numbers(ids), ends_at__isnull=True, document__isnull=False
        ).values_list("object_id", _Parts(names))
    )


def current_parts(kind: Kind, object_ids: Iterable[int], *names: str) -> dict[int, list[Any]]:
    """What the given objects say now in the fields ``names`` (ours, never somebody's words), in
    that order, by their number: none for what one does not say. Removed objects are missing."""
    rows = _worded(names).rows(str(kind), object_ids)
    return {number: orjson.loads(parts) for number, parts in rows}
