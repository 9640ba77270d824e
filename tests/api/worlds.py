"""Somebody who speaks HTTP with a personal token, in the world of neighbours."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.test import Client

from catenary import clock
from catenary.apps.access.operations.tokens import issue_token
from catenary.domain.actors import EVERY_SCOPE, Origin, Scope

ONE = "/api/v1/services/alpha-it"
#: Addresses of objects of the catalogue, which another source may manage.
_OBJECT = re.compile(
    r"/api/v1/((organizations|people)/[^/?]+|(services|calendars)(/[^/?]+){2}|consumption(/[^/?]+){3})"
    r"(\?|$)"
)


def token_for(account: int, *scopes: Scope) -> str:
    """A personal token of an account."""
    now = clock.now()
    return issue_token(
        account_id=account,
        name="tests",
        scopes=scopes or EVERY_SCOPE,
        expires_at=now + timedelta(days=1),
        at=now,
        origin=Origin("tests"),
    ).secret


@dataclass
class Speaker:
    """A program with a token; without one, a stranger."""

    client: Client
    account: int
    token: str
    take_over: bool = True

    def ask(self, method: str, address: str, body: Any = None, **headers: str) -> Any:
        """The answer to one request; ``body`` is sent as JSON unless it is bytes."""
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            said.setdefault("authorization", f"Bearer {self.token}")
        if self.take_over and method in {"PUT", "PATCH", "DELETE"} and _OBJECT.match(address):
            address += ("&" if "?" in address else "?") + "take_over=true"
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body)
        answer: Any = self.client.generic(
            method,
            address,
            data,
            content_type=said.pop("content-type", "application/json"),
            headers=said,
        )
        if answer.streaming:
            # Read to its end at once, as a program would: a place is kept for it until then.
            answer.streaming_content = [b"".join(answer)]
        return answer

    def get(self, address: str, **headers: str) -> Any:
        return self.ask("GET", address, **headers)

    def post(self, address: str, body: Any, **headers: str) -> Any:
        return self.ask("POST", address, body, **headers)

    def put(self, address: str, body: Any, **headers: str) -> Any:
        return self.ask("PUT", address, body, **headers)

    def patch(self, address: str, body: Any, **headers: str) -> Any:
        return self.ask("PATCH", address, body, **headers)

    def delete(self, address: str, body: Any = None, **headers: str) -> Any:
        return self.ask("DELETE", address, None, **headers)


class Api:
    """Who speaks, by their part in the world; ``editor`` edits the catalogue of alpha-it."""

    def __init__(self, accounts: dict[str, int]) -> None:
        self._accounts = accounts
        self._tokens: dict[tuple[object, ...], str] = {}

    def __call__(self, who: str, *scopes: Scope, take_over: bool = True) -> Speaker:
        account = self._accounts.get(who, 0)
        can_ask = account and apps.get_model("access", "Account").objects.filter(
            pk=account, is_active=True
        )
        token = ""
        if can_ask:
            token = self._tokens.get((account, scopes)) or token_for(account, *scopes)
            self._tokens[account, scopes] = token
        return Speaker(Client(raise_request_exception=False), account, token, take_over)


def standing() -> tuple[int, int]:
    """How much history there is."""
    return (
        apps.get_model("history", "Change").objects.count(),
        apps.get_model("history", "Revision").objects.count(),
    )
