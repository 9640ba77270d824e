"""Answers that hang on one version of the catalogue, the last few of them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

T = TypeVar("T")
_MOST = 32


class KeptAnswers:
    """Kept until the catalogue changes. Threads may ask at the same time; then both may compute,
    and either answer is right."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._version = 0
        self._answers: OrderedDict[Hashable, object] = OrderedDict()

    def answer(self, version: int, question: Hashable, compute: Callable[[], T]) -> T:
        """The answer to a question about that version, which names all else that it hangs on."""
        with self._lock:
            if self._version != version:
                self._version, self._answers = version, OrderedDict()
            answers = self._answers
            if question in answers:
                answers.move_to_end(question)
                return cast(T, answers[question])
        found = compute()
        with self._lock:
            answers[question] = found
            while len(answers) > _MOST:
                answers.popitem(last=False)
        return found
