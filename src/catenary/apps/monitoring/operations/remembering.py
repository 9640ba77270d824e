"""What was said of services and taken up, in the memory of the engine.

A word about a service decides together with the last one of every voice before it, and an alert is
a voice: a service may have hundreds, or tens of thousands. Who alone takes words up need not read
them again for each further one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from catenary.apps.monitoring.queries.instants import micros, moment
from catenary.apps.monitoring.queries.words import words_from, words_numbered
from catenary.domain.observations.words import Words, decisive, words_together

#: So many words are remembered, some sixty bytes each, and of each service as if it were so many
#: more; services of which nothing was said for longest go first.
MOST_REMEMBERED, _EACH = 500_000, 25
#: So many words are read for one step, as far as can be told: of so many services at first, of
#: twice as many each further time.
_READ_AT_ONCE, _READ_FIRST = 20_000, 16
#: Words may be so much older than one before them without being looked up anew.
_SLACK = timedelta(minutes=10)
#: What no longer decides is dropped when it is as much as what does, and this.
_FEW = 100


@dataclass(frozen=True, eq=False)
class _Course:
    """All words taken up of a service from an instant on, and of each source the last before; may
    be older ones. ``size`` is how many decided when that was last asked."""

    since: int
    words: Words
    size: int

    def shortened(self, since: int) -> _Course:
        """The same without most of what no longer decides."""
        if len(self.words) <= 2 * self.size + _FEW:
            return self
        words = decisive(self.words, max(since, self.since))
        return _Course(max(since, self.since), words, len(words))


class Remembered:
    """Words by service. True for as long as nobody else takes any up (`operations.owning`), and
    only what was kept may stay in it: whoever's transaction breaks off begins with another."""

    def __init__(self) -> None:
        """Nothing is known before it is asked for."""
        self._courses: OrderedDict[int, _Course] = OrderedDict()
        self._size = 0

    def __len__(self) -> int:
        """How many words are remembered."""
        return sum(len(course.words) for course in self._courses.values())

    def prepare(self, since: Mapping[int, datetime]) -> set[int]:
        """Read what is not remembered of services, in their order, and no more than a step has the
        time for: before anybody has to wait for us. Whose words are at hand then."""
        missing = [number for number, at in since.items() if not self._knows(number, at)]
        done, read, together = 0, 0, _READ_FIRST
        while done < len(missing) and read < _READ_AT_ONCE:
            some = missing[done : done + together]
            done, together = done + len(some), together * 2
            asked = {number: micros(since[number] - _SLACK) for number in some}
            found = self._read(asked)
            self._remember(asked, {}, found)
            read += len(found)
        return set(since).difference(missing[done:])

    def words(self, since: Mapping[int, datetime], taken: Iterable[tuple[int, int]]) -> Words:
        """Of each service what `words_from` finds without what waits, and maybe older words, too.
        ``taken`` are the words just taken up: of which service, and the number of the observation.
        Within the transaction that takes their marks away; what is not remembered is read."""
        asked = {number: micros(at - _SLACK) for number, at in since.items()}
        known = {
            number: self._courses[number] for number, at in since.items() if self._knows(number, at)
        }
        # Of these the words just taken up are read with the rest.
        read = self._read({number: at for number, at in asked.items() if number not in known})
        new = words_numbered([number for service, number in taken if service in known])
        found = words_together([read, new, *(course.words for course in known.values())])
        found = found.chosen(np.argsort(found.service, kind="stable"))
        self._remember(asked, known, found)
        return found

    def _knows(self, number: int, at: datetime) -> bool:
        course = self._courses.get(number)
        return course is not None and course.since <= micros(at)

    def _read(self, asked: Mapping[int, int]) -> Words:
        since = {number: moment(at) for number, at in asked.items()}
        found, _ = words_from(since, without_waiting=True)
        return found.chosen(np.argsort(found.service, kind="stable"))

    def _remember(
        self, asked: Mapping[int, int], known: Mapping[int, _Course], found: Words
    ) -> None:
        for number, words in _by_service(found, sorted(asked)):
            before = self._courses.pop(number, None)
            self._size -= 0 if before is None else _EACH + len(before.words)
            if number in known:
                old = known[number]
                course = _Course(old.since, words, old.size).shortened(asked[number])
            else:
                course = _Course(asked[number], words, len(words))
            self._courses[number] = course
            self._size += _EACH + len(course.words)
        while self._size > MOST_REMEMBERED:
            _, gone = self._courses.popitem(last=False)
            self._size -= _EACH + len(gone.words)


def _by_service(words: Words, services: Sequence[int]) -> list[tuple[int, Words]]:
    """The words of each service, copied: they outlive what else was asked with them. ``words`` are
    in the order of ``services``."""
    begins = np.searchsorted(words.service, services, side="left").tolist()
    ends = np.searchsorted(words.service, services, side="right").tolist()
    return [
        (number, words.chosen(np.arange(begin, end)))
        for number, begin, end in zip(services, begins, ends, strict=True)
    ]
