"""The tree of organizations as intervals: "is a inside b" is two comparisons at any depth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from catenary.domain.documents.shapes import OrganizationDocument

Numbers = NDArray[np.int64]


class OrganizationTree:
    """Every organization named anywhere, numbered, with its place in the tree.

    An organization nobody described counts as a top organization of its own. A loop of
    ``part-of`` is cut at its smallest key, so that every question has an answer; the loops
    themselves are kept in ``loops`` for the rule that reports them.
    """

    def __init__(
        self, organizations: dict[str, OrganizationDocument], mentioned: Iterable[str]
    ) -> None:
        self.number: dict[str, int] = {key: place for place, key in enumerate(organizations)}
        for key in mentioned:
            self.number.setdefault(key, len(self.number))
        self.keys = list(self.number)
        self.parent = [-1] * len(self.keys)
        for key, document in organizations.items():
            self.parent[self.number[key]] = self.number.get(document.part_of, -1)
        self.loops = self._cut_loops()
        self._number_places()

    def _cut_loops(self) -> list[list[str]]:
        loops = []
        settled = [False] * len(self.keys)
        for start in range(len(self.keys)):
            path: list[int] = []
            place_in_path: dict[int, int] = {}
            here = start
            while here != -1 and not settled[here] and here not in place_in_path:
                place_in_path[here] = len(path)
                path.append(here)
                here = self.parent[here]
            if here in place_in_path:
                loop = path[place_in_path[here] :]
                first = min(range(len(loop)), key=lambda at: self.keys[loop[at]])
                loop = loop[first:] + loop[:first]
                loops.append([self.keys[member] for member in loop])
                self.parent[loop[0]] = -1
            for member in path:
                settled[member] = True
        return loops

    def _number_places(self) -> None:
        size = len(self.keys)
        below: list[list[int]] = [[] for _ in range(size)]
        for child, parent in enumerate(self.parent):
            if parent != -1:
                below[parent].append(child)
        enter, leave, root = [0] * size, [0] * size, [0] * size
        clock = 0
        for top in range(size):
            if self.parent[top] != -1:
                continue
            stack = [top]
            while stack:
                here = stack.pop()
                if here < 0:  # everything below ~here has been numbered
                    leave[~here] = clock
                    continue
                enter[here] = clock
                root[here] = top
                clock += 1
                stack.append(~here)
                stack.extend(below[here])
        self.enter: Numbers = np.array(enter, dtype=np.int64)
        self.leave: Numbers = np.array(leave, dtype=np.int64)
        self.root: Numbers = np.array(root, dtype=np.int64)

    def inside(self, these: Numbers, those: Numbers) -> NDArray[np.bool_]:
        """For each pair of numbers: is the first the second, or somewhere below it?"""
        place = self.enter[these]
        return (self.enter[those] <= place) & (place < self.leave[those])

    def upward(self, organization: int) -> Iterator[int]:
        """The organization itself, then each one above it."""
        while organization != -1:
            yield organization
            organization = self.parent[organization]

    def top_of(self, organization: int) -> str:
        """The key of the top organization of its tree."""
        return self.keys[int(self.root[organization])]
