"""The page of words."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catenary.web.asking import asking_of, page_response, stranger_frame
from catenary.web.help.terms import CHAPTERS, Chapter


@dataclass(frozen=True, slots=True)
class WordsPage:
    """All words, by chapter."""

    chapters: tuple[Chapter, ...]


@require_safe
def words(request: HttpRequest) -> HttpResponse:
    """What the words mean, for everybody: definitions are no secret."""
    page = WordsPage(CHAPTERS)
    if request.user.is_authenticated:
        return page_response(asking_of(request), "words.html", page)
    return render(request, "words.html", {"page": page, "frame": stranger_frame(request)})
