"""The chain picture (PRODUCT R11): values, words on the gates, folding and layout.

``chain_picture`` builds it, ``fold`` makes it small enough for the eye, ``layout`` gives every
mark and link its place, ``table_rows`` says the same in rows.
"""

from catenary.domain.picture.building import chain_picture
from catenary.domain.picture.folding import MARK_LIMIT, bundle_id, fold
from catenary.domain.picture.geometry import Box, GateBox, Geometry, LinkPath
from catenary.domain.picture.layout import layout
from catenary.domain.picture.table import TableRow, table_rows
from catenary.domain.picture.values import (
    ChainPicture,
    NodeCondition,
    NodeKind,
    NodeRole,
    PictureEdge,
    PictureError,
    PictureGroup,
    PictureNode,
)
from catenary.domain.picture.words import threshold_words

__all__ = [
    "MARK_LIMIT",
    "Box",
    "ChainPicture",
    "GateBox",
    "Geometry",
    "LinkPath",
    "NodeCondition",
    "NodeKind",
    "NodeRole",
    "PictureEdge",
    "PictureError",
    "PictureGroup",
    "PictureNode",
    "TableRow",
    "bundle_id",
    "chain_picture",
    "fold",
    "layout",
    "table_rows",
    "threshold_words",
]
