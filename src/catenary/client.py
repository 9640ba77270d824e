"""A small client of the REST API, with the standard library alone.

    from catenary.client import Catenary

    catalogue = Catenary("https://catenary.example", token="cat_…")
    for service in catalogue.all("services", stage="live"):
        print(service["reference"], service["name"])

    service = catalogue.get("services", "hospital-it/patient-management")
    service["description"] = "Everything about a patient's stay"
    catalogue.put("services", service)      # Changed, unless somebody else changed it meanwhile.

Reading takes ``as_of``, a past moment as ISO text: the catalogue as it was then.

Every answer that is not what was asked for is raised as a `Problem`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

Plain = dict[str, Any]


class Problem(Exception):
    """The API refused: ``code`` and ``errors`` are for programs, the text is for people."""

    def __init__(self, status: int, said: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(said.get("code", ""))
        self.errors: list[Plain] = list(said.get("errors", ()))
        self.conflicts: list[Plain] = list(said.get("conflicts", ()))
        self.retry_after: int | None = None
        super().__init__(f"{status} {said.get('title', '')}: {said.get('detail', '')}")


class _NoRedirects(HTTPRedirectHandler):
    """A token is for one server: it is not carried to wherever that one points."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class Catenary:
    """One installation, asked with one token. ``look_as`` is the key of the organization to look
    as; without it, the one the token's person belongs to."""

    def __init__(
        self, address: str, *, token: str, look_as: str = "", timeout: float = 60.0
    ) -> None:
        self._base = f"{address.rstrip('/')}/api/v1"
        self._token = token
        self._look_as = look_as
        self._timeout = timeout
        self._opener = build_opener(_NoRedirects)

    # ------------------------------------------------------------------------------ reading

    def me(self) -> Plain:
        """Who asks, and from where they look."""
        return self._json("GET", "me")

    def get(
        self, kind: str, reference: str, *, fields: Iterable[str] = (), as_of: str = ""
    ) -> Plain:
        """One object of a kind (``services``, ``organizations``, ``people``, ``consumption``)."""
        return self._json("GET", _place(kind, reference), query=_fields(fields) | _then(as_of))

    def page(self, kind: str, /, *, after: str = "", limit: int = 100, **filters: Any) -> Plain:
        """One page of a list: its items, how many there are, and what leads to the next one.
        ``as_of`` is a filter like any other."""
        query = {**filters, "limit": limit, **({"after": after} if after else {})}
        return self._json("GET", kind, query=query)

    def all(self, kind: str, /, **filters: Any) -> Iterator[Plain]:
        """Everything in a list, page after page."""
        after: str | None = ""
        while after is not None:
            page = self.page(kind, after=after, **filters)
            yield from page["items"]
            after = page["next"]

    def batch(
        self,
        kind: str,
        references: Sequence[str],
        *,
        fields: Sequence[str] = (),
        as_of: str = "",
    ) -> dict[str, Plain]:
        """Many objects by reference, a thousand at a time; what may not be seen is missing."""
        found: dict[str, Plain] = {}
        for start in range(0, len(references), 1_000):
            body: Plain = {"references": list(references[start : start + 1_000])}
            if fields:
                body["fields"] = list(fields)
            items = self._json("POST", f"{kind}/batch", body, _then(as_of))["items"]
            found.update({item["reference"]: item for item in items})
        return found

    def search(self, words: str, *, limit: int = 20, as_of: str = "") -> Plain:
        """Services, organizations and people that hold the words."""
        return self._json("GET", "search", query={"q": words, "limit": limit, **_then(as_of)})

    def changes(self, *, since: str = "", until: str = "", **filters: Any) -> Iterator[Plain]:
        """What changed between two moments, the latest first: narrowed by ``kind``,
        ``reference``, ``organization``, ``person``, ``door`` and ``source``."""
        moments = {"from": since, "to": until}
        return self.all("changes", **{n: text for n, text in moments.items() if text}, **filters)

    def audit(self, *, since: str = "", until: str = "", **filters: Any) -> Iterator[Plain]:
        """Who came in, who did not and who changed what, the latest first, for those who
        administer: narrowed by ``what`` and ``person``."""
        moments = {"from": since, "to": until}
        return self.all("audit", **{n: text for n, text in moments.items() if text}, **filters)

    def chain(self, reference: str, **query: Any) -> Plain:
        """The chain of a service."""
        return self._json("GET", f"{_place('services', reference)}/chain", query=query)

    def compare(self, reference: str, *, customer: str = "", as_of: str = "") -> Plain:
        """A service as its provider sees it and as one of its customers sees it."""
        place = f"{_place('services', reference)}/compare"
        who = {"customer": customer} if customer else {}
        return self._json("GET", place, query={**who, **_then(as_of)})

    def history(self, reference: str, *, limit: int = 50) -> list[Plain]:
        """What happened to a service, the latest first."""
        place = f"{_place('services', reference)}/history"
        entries: list[Plain] = self._json("GET", place, query={"limit": limit})["entries"]
        return entries

    def impact(
        self,
        references: Sequence[str],
        *,
        condition: str = "down",
        limit: int = 100,
        as_of: str = "",
    ) -> Plain:
        """Who is hit when these services fail: at most ``limit`` services of each kind,
        organizations and outcomes, the nearest and worst first; the counts are of all."""
        body = {"services": list(references), "condition": condition}
        return self._json("POST", "impact", body, {"limit": limit, **_then(as_of)})

    def export(self, *, as_of: str = "") -> Iterator[Plain]:
        """Everything that may be seen, object by object. Raises `Problem` when the stream is cut
        off before its end."""
        with self._open("GET", "export", query=_then(as_of)) as response:
            for line in response:
                each: Plain = json.loads(line)
                if each["kind"] == "end":
                    return
                yield each
        raise Problem(200, {"title": "The export was cut off", "detail": "no last line came"})

    # ------------------------------------------------------------------------------ changing

    def put(
        self,
        kind: str,
        document: Mapping[str, Any],
        reference: str = "",
        *,
        take_over: bool = False,
    ) -> Plain:
        """Create or replace an object. A document that was read holds its ETag: then somebody
        else's change is not overwritten, but raised as a `Problem` with the status 412."""
        place = _place(kind, reference or str(document["reference"]))
        tag = document.get("etag")
        headers = {"If-Match": f'"{tag}"'} if tag else {}
        return self._json("PUT", place, dict(document), _taking(take_over), headers)

    def create(self, kind: str, reference: str, document: Mapping[str, Any]) -> Plain:
        """Create an object that must not be there yet."""
        headers = {"If-None-Match": "*"}
        return self._json("PUT", _place(kind, reference), dict(document), None, headers)

    def patch(
        self,
        kind: str,
        reference: str,
        change: Mapping[str, Any],
        *,
        etag: str = "",
        take_over: bool = False,
    ) -> Plain:
        """Change parts of an object; what is None goes."""
        headers = {"If-Match": f'"{etag}"'} if etag else {}
        place = _place(kind, reference)
        return self._json("PATCH", place, dict(change), _taking(take_over), headers)

    def delete(
        self, kind: str, reference: str, *, etag: str = "", take_over: bool = False
    ) -> Plain:
        """Remove an object that nothing needs any more."""
        headers = {"If-Match": f'"{etag}"'} if etag else {}
        return self._json("DELETE", _place(kind, reference), None, _taking(take_over), headers)

    def change(
        self,
        changes: Sequence[Mapping[str, Any]],
        *,
        note: str = "",
        take_over: bool = False,
        key: str = "",
    ) -> list[Plain]:
        """Many changes, all or none. With a ``key`` the same call may be made again without being
        carried out twice."""
        body = {"changes": list(changes), "note": note, "take_over": take_over}
        headers = {"Idempotency-Key": key} if key else {}
        results: list[Plain] = self._json("POST", "changes", body, None, headers)["results"]
        return results

    def close_days(
        self,
        calendar: str,
        icalendar: str,
        *,
        etag: str = "",
        dry_run: bool = False,
        take_over: bool = False,
    ) -> Plain:
        """Close the whole days of an iCalendar file in a calendar: days ``taken``, ``known`` and
        events ``rejected``. With ``dry_run`` nothing is changed, and it is refused as it would
        be."""
        query = {**(_taking(take_over) or {}), **({"dry_run": "true"} if dry_run else {})}
        headers = {"If-Match": f'"{etag}"'} if etag else {}
        place = f"{_place('calendars', calendar)}/closed-days"
        return self._json("POST", place, {"icalendar": icalendar}, query, headers)

    def check(self, changes: Sequence[Mapping[str, Any]]) -> Plain:
        """What the checks would find in documents that are not saved."""
        return self._json("POST", "check", {"changes": list(changes)})

    # -------------------------------------------------------------------------------- drafts

    def drafts(self) -> list[Plain]:
        """What one has begun and not saved, in the browser or here, the latest first."""
        items: list[Plain] = self._json("GET", "drafts")["items"]
        return items

    def draft(self, kind: str, reference: str = "") -> Plain:
        """One's own draft of an object (``service``, ``organization``, ``person``,
        ``consumption``), or, without a reference, of something new."""
        return self._json("GET", f"drafts/{quote(kind)}", query=_of(reference))

    def keep_draft(
        self, kind: str, document: Mapping[str, Any], reference: str = "", *, etag: str = ""
    ) -> Plain:
        """Keep a document for later, as far as it goes: its person finds it in the form."""
        body = {"document": dict(document), **({"etag": etag} if etag else {})}
        return self._json("PUT", f"drafts/{quote(kind)}", body, _of(reference))

    def drop_draft(self, kind: str, reference: str = "") -> Plain:
        """Throw a draft away."""
        return self._json("DELETE", f"drafts/{quote(kind)}", None, _of(reference))

    # ------------------------------------------------------------------------- subscriptions

    def subscriptions(self) -> list[Plain]:
        """What one is told when conditions change, by e-mail or webhook."""
        items: list[Plain] = self._json("GET", "subscriptions")["items"]
        return items

    def subscribe(self, about: str, channel: str, *, key: str = "", **wish: Any) -> Plain:
        """Subscribe: ``about`` what is ``consumed`` or ``provided``, or one ``service``; a
        webhook takes an ``address``, and its secret stands in this answer alone. With a ``key``
        the same call may be made again without subscribing twice."""
        headers = {"Idempotency-Key": key} if key else {}
        body = {"about": about, "channel": channel, **wish}
        return self._json("POST", "subscriptions", body, None, headers)

    def replace_subscription(self, name: str, about: str, channel: str, **wish: Any) -> Plain:
        """Let another subscription, with a name of its own, take the place of one."""
        place, body = f"subscriptions/{quote(name)}", {"about": about, "channel": channel, **wish}
        return self._json("PUT", place, body)

    def end_subscription(self, name: str) -> Plain:
        """Be told nothing more."""
        return self._json("DELETE", f"subscriptions/{quote(name)}")

    def test_subscription(self, name: str) -> Plain:
        """Have a message without any news sent that way."""
        return self._json("POST", f"subscriptions/{quote(name)}/test")

    # ------------------------------------------------------------------------------ workshop

    def workshop(self, reference: str, *, customer: str = "") -> Plain:
        """The workshop of a service: how it stands with each customer, and what lies on the
        table of one (the nearest, unless ``customer`` says whose)."""
        query = {"customer": customer} if customer else {}
        return self._json("GET", _table(reference), query=query)

    def propose(
        self,
        reference: str,
        part: str,
        statement: str = "",
        *,
        side: str,
        customer: str = "",
        key: str = "",
        **more: Any,
    ) -> Plain:
        """Put a line of the blueprint to the other side: of ``part`` (such as ``outcomes`` or
        ``costs.removed``), to ``add``, ``change`` or ``remove`` (``act``, with ``subject``)."""
        said = {"side": side, "customer": customer, "part": part, "statement": statement, **more}
        return self.act(reference, "propose", key=key, **said)

    def confirm(
        self, reference: str, version: str, *, side: str, customer: str = "", key: str = ""
    ) -> Plain:
        """Confirm the version that was read, for one side."""
        said = {"side": side, "customer": customer, "version": version}
        return self.act(reference, "confirm", key=key, **said)

    def act(self, reference: str, do: str, *, key: str = "", **said: Any) -> Plain:
        """Do anything else at a table: ``write`` a line, ``accept``, ``decline`` or ``withdraw``
        a proposal by its number, ``say`` something about it. Answers with the workshop as it is
        then. With a ``key`` the same call may be made again without being done twice."""
        headers = {"Idempotency-Key": key} if key else {}
        body = {"do": do, **{name: value for name, value in said.items() if value != ""}}
        return self._json("POST", _table(reference), body, None, headers)

    # ------------------------------------------------------------------------------- asking

    def _json(
        self,
        method: str,
        place: str,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Plain:
        with self._open(method, place, body, query, headers) as response:
            said: Plain = json.load(response)
            return said

    def _open(
        self,
        method: str,
        place: str,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        asked = dict(query or {})
        if self._look_as:
            asked["as"] = self._look_as
        address = f"{self._base}/{place}" + (f"?{urlencode(asked, doseq=True)}" if asked else "")
        said = {"Authorization": f"Bearer {self._token}", **(headers or {})}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            said["Content-Type"] = "application/json"
        request = Request(address, data=data, headers=said, method=method)
        try:
            return self._opener.open(request, timeout=self._timeout)
        except HTTPError as error:
            raise _problem(error) from None


def _problem(error: HTTPError) -> Problem:
    try:
        said = json.load(error)
    except ValueError:
        said = {}
    problem = Problem(error.code, said if isinstance(said, dict) else {})
    retry = error.headers.get("Retry-After", "")
    if retry.isdigit():
        problem.retry_after = int(retry)
    return problem


def _place(kind: str, reference: str) -> str:
    parts = reference.replace(" > ", "/").split("/")
    return "/".join([kind, *(quote(part, safe="@") for part in parts)])


def _of(reference: str) -> Plain:
    return {"of": reference} if reference else {}


def _table(reference: str) -> str:
    return f"{_place('services', reference)}/workshop"


def _fields(fields: Iterable[str]) -> Plain:
    said = ",".join(fields)
    return {"fields": said} if said else {}


def _then(as_of: str) -> Plain:
    return {"as_of": as_of} if as_of else {}


def _taking(take_over: bool) -> Plain | None:
    return {"take_over": "true"} if take_over else None
