"""Trying a password, and being made to wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import ceil
from typing import Any

from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catenary import clock
from catenary.apps.access.operations.sign_ins import (
    TooManyAttempts,
    admit_sign_in,
    sign_in_failed,
    sign_in_succeeded,
)
from catenary.web.access.devices import known_device
from catenary.web.asking import stranger_frame
from catenary.web.origins import origin_of
from catenary.web.pages import SignInPage
from catenary.web.telling.requests import request_number


def with_password(request: HttpRequest, email: str, password: str) -> Any:
    """The account that address and password belong to; none when they do not belong together.

    Whether the address is known changes neither what is answered nor how much is hashed. Raises
    `TooManyAttempts` when too many failed: then the password is not looked at.
    """
    origin, at = origin_of(request), clock.now()
    attempt = admit_sign_in(
        email=email, known_device=known_device(request, email), origin=origin, at=at
    )
    account = authenticate(request, username=email, password=password)
    if account is None:
        sign_in_failed(attempt=attempt, origin=origin, at=at)
    else:
        sign_in_succeeded(attempt=attempt, at=at)
    return account


def kept_waiting(request: HttpRequest, refused: TooManyAttempts, page: SignInPage) -> HttpResponse:
    """The form again, with how long to wait."""
    response = render(
        request,
        "sign_in.html",
        {
            "page": replace(page, problem=wait_sentence(refused)),
            "frame": stranger_frame(request),
            "request_number": request_number(request),
        },
        status=429,
    )
    return saying_when(response, refused)


def saying_when(response: HttpResponse, refused: TooManyAttempts) -> HttpResponse:
    """The answer with how long to wait in a header, for programs."""
    response.headers["Retry-After"] = str(_seconds(refused))
    return response


def wait_sentence(refused: TooManyAttempts) -> str:
    """How long to wait, in words."""
    seconds = _seconds(refused)
    minutes = ceil(seconds / 60)
    if seconds < 60:
        wait = ngettext("{n} second", "{n} seconds", seconds).format(n=seconds)
    else:
        wait = ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)
    return _(
        "There were too many attempts to sign in. Wait {wait}, then try again. "
        "Nothing was checked and nobody was signed in."
    ).format(wait=wait)


def _seconds(refused: TooManyAttempts) -> int:
    return max(1, ceil(refused.retry_after / timedelta(seconds=1)))
