"""What a service relies on, in words and back: thresholds as one would say them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from catenary.domain.documents.readers import shown
from catenary.web.editing.building import Built
from catenary.web.editing.fields import State

#: What a hidden supporter is called where its name would stand.
UNSHOWN = "unshown/"


def relying_state(groups: list[Any], numbers: Mapping[str, str]) -> list[State]:
    """The rows of the form. ``numbers`` gives the number of each supporter that the reader may
    not see; its name is not in the state. Essential services side by side become one row."""
    rows: list[State] = []
    for plain in groups:
        soft = isinstance(plain, dict) and "soft" in plain
        group = plain["soft"] if soft else plain
        row: State = {
            "how": "all",
            "count": "",
            "minimum": "",
            "full": "",
            "soft": "on" if soft else "",
            "members": [],
        }
        if isinstance(group, str):
            member = _member(group, "", numbers)
            if rows and rows[-1]["how"] == "all" and rows[-1]["soft"] == row["soft"]:
                rows[-1]["members"].append(member)
                continue
            row["members"] = [member]
        else:
            row["full"] = _figure(group.get("full"))
            _threshold(row, group, numbers)
        rows.append(row)
    return rows


def _threshold(row: State, group: dict[str, Any], numbers: Mapping[str, str]) -> None:
    if "any" in group:
        row["how"] = "any"
        row["members"] = [_member(name, "", numbers) for name in group["any"]]
    elif "at-least" in group:
        row["how"] = "at-least"
        row["count"] = _figure(group["at-least"])
        row["members"] = [_member(name, "", numbers) for name in group["of"]]
    else:
        row["how"] = "capacity"
        row["minimum"] = _figure(group["minimum"])
        row["members"] = [
            _member(name, _figure(weight), numbers) for name, weight in group["of"].items()
        ]


def _member(name: str, weight: str, numbers: Mapping[str, str]) -> State:
    number = numbers.get(name, "")
    return {"hidden": number, "service": "" if number else name, "weight": weight}


def _figure(value: Any) -> str:
    return "" if value is None else str(value)


def typed_services(state: State) -> set[str]:
    """Every reference somebody typed or picked."""
    return {
        member["service"].strip()
        for row in state["relies-on"]
        for member in row["members"]
        if not member["hidden"]
    } - {""}


def put_relying(
    built: Built, state: State, hidden: Mapping[str, str], unknown: frozenset[str]
) -> None:
    """Add ``relies-on``. ``hidden`` gives the supporters by number that the form did not name;
    ``unknown`` are typed references of nothing the writer may see."""
    groups: list[Any] = []
    built.put(("relies-on",), "relies-on")
    for at, row in enumerate(state["relies-on"]):
        here = f"relies-on.{at}"
        members = list(_members(built, row, here, hidden, unknown))
        if not members and not any(row[name].strip() for name in ("count", "minimum", "full")):
            continue
        for plain, places in _groups(built, row, here, members):
            path = ("relies-on", len(groups))
            inside = (*path, "soft") if row["soft"] else path
            built.put(path, here)
            for tail, place in places:
                built.put((*inside, *tail), place)
            groups.append({"soft": plain} if row["soft"] else plain)
    if groups:
        built.plain["relies-on"] = groups


def _members(
    built: Built, row: State, here: str, hidden: Mapping[str, str], unknown: frozenset[str]
) -> Iterator[tuple[str, str, str]]:
    """Reference, weight and place of each member."""
    for at, member in enumerate(row["members"]):
        place = f"{here}.members.{at}"
        reference = member["service"].strip()
        if member["hidden"]:
            # A number that means nothing was made up: there is no such row.
            if member["hidden"] in hidden:
                yield hidden[member["hidden"]], member["weight"], place
            continue
        if not reference:
            if row["how"] == "capacity" and member["weight"].strip():
                built.complain(
                    f"{place}.service", _("there is no service here"), _("pick one, or remove it")
                )
            continue
        if reference in unknown:
            # Not told apart from what does not exist, and not compared with what is hidden.
            built.complain(
                f"{place}.service",
                _("there is no service {named} that you may see").format(named=shown(reference)),
                _("search for it by its name"),
            )
            yield f"{UNSHOWN}{here.rpartition('.')[2]}-{at}", member["weight"], place
            continue
        yield reference, member["weight"], place


def _groups(
    built: Built, row: State, here: str, members: list[tuple[str, str, str]]
) -> Iterator[tuple[Any, list[tuple[tuple[str | int, ...], str]]]]:
    """The plain groups of one row, each with the places of its parts."""
    how = row["how"]
    if how not in ("any", "at-least", "capacity"):
        for reference, _weight, place in members:
            yield reference, [((), f"{place}.service")]
        return
    listing: Any = [reference for reference, _, _ in members]
    name = "any" if how == "any" else "of"
    places: list[tuple[tuple[str | int, ...], str]] = [((name,), f"{here}.members")]
    if how == "capacity":
        listing = {}
        for reference, weight, place in members:
            if reference in listing:
                built.twice(f"{place}.service", reference)
            listing[reference] = weight.strip() or 1
            places.append(((name, reference), f"{place}.weight"))
        plain: dict[str, Any] = {"minimum": row["minimum"].strip(), "of": listing}
        places.append((("minimum",), f"{here}.minimum"))
    else:
        places += [((name, at), f"{place}.service") for at, (_, _, place) in enumerate(members)]
        plain = {"any": listing}
        if how == "at-least":
            plain = {"at-least": row["count"].strip(), "of": listing}
            places.append((("at-least",), f"{here}.count"))
    if row["full"].strip():
        plain["full"] = row["full"].strip()
        places.append((("full",), f"{here}.full"))
    yield plain, places
