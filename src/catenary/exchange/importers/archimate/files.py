"""From a file to a model: which format it is, and XML read without trust.

The parser is expat, fed in pieces: no tree is built, nothing outside of the file is ever opened.
A document type declaration is refused before anything in it counts, and with it every entity:
ArchiMate files have none, and all attacks by entities (a billion laughs, other files, other
machines) need one. https://docs.python.org/3/library/xml.html#xml-security
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING
from xml.parsers import expat

from catenary.exchange.importers.archimate.archi import ArchiReader
from catenary.exchange.importers.archimate.exchange_format import ExchangeReader
from catenary.exchange.importers.archimate.model import Model
from catenary.exchange.importers.archimate.reader import Name, Reader, Unreadable
from catenary.exchange.importers.draft import Place
from catenary.exchange.importers.report import ImportRefused
from catenary.exchange.importers.sources import SourceFile, find_files

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 256 * 1024 * 1024
MAX_DEPTH = 100
_CHUNK = 64 * 1024
_ENDINGS = (".archimate", ".xml")
#: What a zip archive by Archi holds beside its pictures.
_IN_ARCHIVE = "model.xml"


def read_models(sources: Sequence[Path], *, language: str = "") -> list[Model]:
    """The models in ``sources``: files by any name, and ``*.archimate`` and ``*.xml`` in folders.

    ``language`` chooses among names in several languages. Raises ``ImportRefused`` when a source
    is missing, or when a file named or ending in ``.archimate`` is no sound model: half a model
    would look like things removed. Other XML in folders is passed over.
    """
    files = find_files(sources, lambda file: file.lower().endswith(_ENDINGS))
    named = {source.resolve() for source in sources}
    models = []
    for file in files:
        must = file.path in named or file.name.lower().endswith(".archimate")
        model = _read(file, language, must)
        if model is not None:
            models.append(model)
    if not models:
        raise ImportRefused(f"{sources[0]}: holds no ArchiMate model.")
    return models


def _read(file: SourceFile, language: str, must: bool) -> Model | None:
    try:
        with _opened(file) as stream:
            parsing = _Parsing(file.name, language)
            parsing.feed(stream)
    except Unreadable as error:
        if error.is_other and not must:
            return None
        raise ImportRefused(f"{file.name}:{error.line}: {error.sentence}") from error
    except OSError as error:
        raise ImportRefused(f"{file.name}: the file cannot be read: {error.strerror}.") from error
    assert parsing.reader is not None
    return parsing.reader.finish()


@contextmanager
def _opened(file: SourceFile) -> Iterator[IO[bytes]]:
    """The XML in a file, whether it stands alone or in an archive. Never more than ``MAX_BYTES``
    are read from it (see ``_Parsing.feed``), whatever an archive promises."""
    with file.path.open("rb") as stream:
        packed = stream.read(4) == b"PK\x03\x04"
        stream.seek(0)
        if not packed:
            yield stream
            return
        try:
            with zipfile.ZipFile(stream) as archive, archive.open(_IN_ARCHIVE) as inner:
                yield io.BufferedReader(inner)  # type: ignore[type-var]
        except KeyError:
            raise Unreadable(0, f"The archive holds no {_IN_ARCHIVE}.", is_other=True) from None
        except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:
            raise Unreadable(0, f"The archive cannot be read: {error}.") from error


class _Parsing:
    """One file on its way through expat; the root decides which reader listens."""

    def __init__(self, name: str, language: str) -> None:
        self.name = name
        self.language = language
        self.reader: Reader | None = None
        self.depth = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.ordered_attributes = False
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def feed(self, stream: IO[bytes]) -> None:
        read = 0
        try:
            while chunk := stream.read(_CHUNK):
                read += len(chunk)
                if read > MAX_BYTES:
                    raise Unreadable(self.line, f"The file is larger than {MAX_BYTES:,} bytes.")
                self.parser.Parse(chunk, False)
            self.parser.Parse(b"", True)
        except expat.ExpatError as error:
            said = expat.errors.messages.get(error.code, "not well-formed")
            sentence = f"This is not XML, or it is cut off: {said}."
            raise Unreadable(error.lineno, sentence, is_other=self.reader is None) from error
        except (LookupError, ValueError) as error:
            # An encoding nobody knows, or one that cannot be read piece by piece.
            sentence = f"The encoding of the file cannot be read: {error}."
            raise Unreadable(self.line, sentence, is_other=self.reader is None) from error

    @property
    def line(self) -> int:
        return self.parser.CurrentLineNumber

    def _doctype(self, *_: object) -> None:
        raise Unreadable(
            self.line,
            "The file declares a document type (<!DOCTYPE …>), which may hold entities. ArchiMate "
            "files need none; nothing was read.",
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable(self.line, f"The file is nested deeper than {MAX_DEPTH} levels.")
        if self.reader is None:
            self.reader = self._reader_for(Name.of(name), attributes)
        self.reader.start(Name.of(name), attributes, self.line)

    def _reader_for(self, root: Name, attributes: dict[str, str]) -> Reader:
        if root.local == "model" and "opengroup.org/xsd/archimate" in root.space:
            return ExchangeReader(Place(self.name, self.line), self.language)
        if root.local == "model" and "archimatetool.com/archimate" in root.space:
            return ArchiReader(Place(self.name, self.line), self.language)
        raise Unreadable(
            self.line,
            "This is no ArchiMate model: neither the Open Exchange format nor Archi's own "
            f"(the file begins with <{root.local[:80]}>).",
            is_other=True,
        )

    def _end(self, name: str) -> None:
        self.depth -= 1
        assert self.reader is not None
        self.reader.end(Name.of(name))

    def _text(self, text: str) -> None:
        assert self.reader is not None
        self.reader.text(text)
