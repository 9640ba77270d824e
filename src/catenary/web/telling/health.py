"""Alive, and ready: what load balancers and containers ask."""

from __future__ import annotations

import os
import threading
import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from catenary.apps.common.queries import database_answers, pending_migrations

#: Counting migrations reads every file of them: at most once a second, and not again when done.
_SECONDS_BETWEEN = 1.0


class _Migrated:
    """Whether the tables are those of this version; a yes is kept, as nothing takes it back."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.is_so = False
        self.asked_at = float("-inf")

    def __call__(self) -> bool:
        with self.lock:
            if not self.is_so and time.monotonic() - self.asked_at >= _SECONDS_BETWEEN:
                self.asked_at = time.monotonic()
                self.is_so = pending_migrations() == 0
            return self.is_so


is_migrated = _Migrated()


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: this process answers. Asks nothing else, or a slow database would have it killed."""
    return JsonResponse({"status": "alive"})


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """May be sent visitors: not about to stop, the database answers, and its tables are those of
    this version."""
    if is_stopping():
        return _not_ready("stopping")
    if not database_answers():
        return _not_ready("the database does not answer")
    if not is_migrated():
        return _not_ready("the database is not migrated to this version")
    return JsonResponse({"status": "ready"})


def is_stopping() -> bool:
    """True from the moment the server was told to stop; it then goes on answering for a while."""
    return os.path.exists(settings.DATA / f"stopping.{os.getppid()}")


def _not_ready(why: str) -> HttpResponse:
    return JsonResponse({"status": why}, status=503)
