"""A service between its plain document and the form: both ways, and nothing lost."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from catenary.domain.documents.hours import hours_to_plain
from catenary.domain.documents.values import EVERYONE, Hours
from catenary.domain.findings import FieldPath, Problem
from catenary.domain.references import organization_of
from catenary.web.editing.building import Built, key_from, lines_of
from catenary.web.editing.fields import Rows, State, filled, fresh
from catenary.web.editing.relying import put_relying, relying_state
from catenary.web.editing.service_table import DAYS, ITEMS

_ROWS = {item.name: item for item in ITEMS if isinstance(item, Rows)}
_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,12})?\Z")
_CO_CREATION = ("provider", "customer", "provider-expects", "customer-expects")
_CONTACTS = ("talk-to", "escalate-to")


def service_state(reference: str, plain: dict[str, Any], numbers: Mapping[str, str]) -> State:
    """What the form shows of a plain service document. ``numbers`` gives a number to every
    supporter whose name must not be shown."""
    state = fresh(ITEMS)
    for name in ("name", "description", "owner", "stage"):
        state[name] = plain.get(name, "")
    state["provider"] = plain.get("provider") or organization_of(reference)
    state["tags"] = "\n".join(plain.get("tags", ()))
    state["restricted"] = "on" if plain.get("restricted") else ""
    state["assume-operational"] = "on" if plain.get("assume-operational") else ""
    published = plain.get("published-to", ())
    if published == EVERYONE:
        state["published-to"] = {"to": "everyone", "keys": []}
    elif published:
        state["published-to"] = {"to": "some", "keys": [{"key": key} for key in published]}
    state["outcomes"] = [_outcome(key, said) for key, said in plain.get("outcomes", {}).items()]
    for name in ("costs", "risks"):
        said = plain.get(name, {})
        state[name] = {side: _texts(said.get(side, ())) for side in ("removed", "imposed")}
    both = plain.get("co-creation", {})
    for name in _CO_CREATION:
        state["co-creation"][name] = _texts(_many(both.get(name, ())))
    for name in _CONTACTS:
        state["co-creation"][name] = [{"contact": text} for text in _many(both.get(name, ()))]
    state["supports-processes"] = _processes(plain.get("supports-processes", ()))
    state["channels"] = [_channel(said) for said in plain.get("channels", ())]
    state["utility"] = [_utility(key, said) for key, said in plain.get("utility", {}).items()]
    state["warranty"] = _warranty(plain.get("warranty", {}))
    state["service-hours"] = _hours(plain.get("service-hours"))
    state["relies-on"] = relying_state(plain.get("relies-on", []), numbers)
    return state


def build_service(
    state: State,
    hidden: Mapping[str, str] | None = None,
    unknown: frozenset[str] = frozenset(),
) -> Built:
    """The plain service document that was typed. What ``hidden`` and ``unknown`` are, see
    `relying.put_relying`."""
    built = Built()
    for name in ("name", "description", "owner", "stage", "provider"):
        built.text(built.plain, state, name, (), name)
    built.put(("tags",), "tags")
    if tags := lines_of(state["tags"]):
        built.plain["tags"] = tags
    if state["restricted"]:
        built.plain["restricted"] = True
    if state["assume-operational"]:
        built.plain["assume-operational"] = True
    _put_published(built, state["published-to"])
    _put_outcomes(built, state)
    for name in ("costs", "risks"):
        sides: dict[str, Any] = {}
        for side in ("removed", "imposed"):
            _put_texts(built, sides, state[name][side], (name, side), f"{name}.{side}")
        if sides:
            built.plain[name] = sides
    _put_co_creation(built, state["co-creation"])
    _put_processes(built, state)
    _put_channels(built, state)
    _put_utility(built, state)
    _put_warranty(built, state["warranty"])
    _put_hours(built, state["service-hours"])
    put_relying(built, state, hidden or {}, unknown)
    return built


def _many(said: Any) -> Sequence[str]:
    return [said] if isinstance(said, str) else list(said)


def _texts(said: Sequence[str]) -> list[State]:
    return [{"text": text} for text in said]


def _figure(value: Any) -> str:
    return "" if value is None else str(value)


def _outcome(key: str, said: dict[str, Any]) -> State:
    measure = said.get("measure") or {}
    return {
        "key": key,
        "statement": said["statement"],
        "said-by": said.get("said-by", ""),
        "wanted-by": said.get("wanted-by", ""),
        "measure": {
            "name": measure.get("name", ""),
            "unit": measure.get("unit", ""),
            "baseline": _figure(measure.get("baseline")),
            "target": _figure(measure.get("target")),
            "better": measure.get("better", "higher"),
        },
    }


def _processes(said: Any) -> list[State]:
    if isinstance(said, dict):
        return [{"name": name, "steps": "\n".join(steps)} for name, steps in said.items()]
    return [{"name": name, "steps": ""} for name in said]


def _channel(said: Any) -> State:
    if isinstance(said, str):
        return {"name": said, "features": ""}
    return {"name": said["name"], "features": "\n".join(said.get("features", ()))}


def _utility(key: str, said: dict[str, Any]) -> State:
    kind = next(name for name in said if name != "channel")
    return {
        "key": key,
        "kind": kind,
        "statement": said[kind],
        "channel": said.get("channel", ""),
    }


def _warranty(said: dict[str, Any]) -> State:
    continuity = said.get("continuity") or {}
    return {
        "availability": said.get("availability", "").removesuffix(" %"),
        "capacity": _texts(_many(said.get("capacity", ()))),
        "continuity": {
            name: continuity.get(name, "") for name in ("recovery-time", "recovery-point")
        },
        "security": _texts(_many(said.get("security", ()))),
        "performance": _texts(_many(said.get("performance", ()))),
    }


def _hours(said: Any) -> State:
    state: State = {"kind": "", "calendar": "", "zone": "", **dict.fromkeys(DAYS, "")}
    if said is None:
        return state
    problems: list[Problem] = []
    hours = Hours().read(said, (), problems)
    if hours.is_always:
        return {**state, "kind": "always"}
    if hours.calendar:
        return {**state, "kind": "calendar", "calendar": hours.calendar}
    state |= {"kind": "weekly", "zone": hours.zone}
    for at, day in enumerate(DAYS):
        # A day by itself: the document says runs of days alike in one.
        spans = tuple(span for span in hours.weekly if span.day == at)
        if spans:
            plain = hours_to_plain(type(hours)(hours.zone, spans))
            assert isinstance(plain, dict)
            state[day] = ", ".join(_many(plain[day]))
    return state


def _put_published(built: Built, state: State) -> None:
    built.put(("published-to",), "published-to")
    if state["to"] == "everyone":
        built.plain["published-to"] = EVERYONE
    elif state["to"] == "some":
        keys = [(at, row["key"].strip()) for at, row in enumerate(state["keys"])]
        keys = [(at, key) for at, key in keys if key]
        for number, (at, _) in enumerate(keys):
            built.put(("published-to", number), f"published-to.keys.{at}.key")
        if keys:
            built.plain["published-to"] = [key for _, key in keys]


def _put_texts(
    built: Built, into: dict[str, Any], rows: list[State], path: FieldPath, here: str
) -> None:
    built.put(path, here)
    found: list[str] = []
    for at, row in enumerate(rows):
        text = next(iter(row.values()))
        if text.strip():
            built.put((*path, len(found)), f"{here}.{at}.{next(iter(row))}")
            found.append(text)
    if found:
        into[str(path[-1])] = found


def _put_outcomes(built: Built, state: State) -> None:
    rows = list(filled(_ROWS["outcomes"], state))
    taken = {row["key"] for _, row in rows if row["key"]}
    outcomes: dict[str, Any] = {}
    built.put(("outcomes",), "outcomes")
    for at, row in rows:
        here = f"outcomes.{at}"
        key = row["key"] or key_from(row["statement"], taken, "outcome")
        taken.add(key)
        if key in outcomes:
            built.twice(here, key)
        path: FieldPath = ("outcomes", key)
        built.put(path, here)
        said: dict[str, Any] = {}
        for name in ("statement", "said-by", "wanted-by"):
            built.text(said, row, name, path, f"{here}.{name}")
        measure: dict[str, Any] = {}
        built.put((*path, "measure"), f"{here}.measure.name")
        for name in ("name", "unit", "baseline", "target"):
            built.text(measure, row["measure"], name, (*path, "measure"), f"{here}.measure.{name}")
        if measure:
            measure["better"] = row["measure"]["better"]
            built.put((*path, "measure", "better"), f"{here}.measure.better")
            said["measure"] = measure
        outcomes[key] = said
    if outcomes:
        built.plain["outcomes"] = outcomes


def _put_co_creation(built: Built, state: State) -> None:
    both: dict[str, Any] = {}
    for name in (*_CO_CREATION, *_CONTACTS):
        _put_texts(built, both, state[name], ("co-creation", name), f"co-creation.{name}")
    if both:
        built.plain["co-creation"] = both


def _put_processes(built: Built, state: State) -> None:
    rows = list(filled(_ROWS["supports-processes"], state))
    built.put(("supports-processes",), "supports-processes")
    named: dict[str, list[str]] = {}
    for number, (at, row) in enumerate(rows):
        here = f"supports-processes.{at}"
        name = row["name"].strip()
        if name in named:
            built.twice(f"{here}.name", name)
        built.put(("supports-processes", number), f"{here}.name")
        built.put(("supports-processes", name), f"{here}.name")
        named[name] = lines_of(row["steps"])
        for step in range(len(named[name])):
            built.put(("supports-processes", name, step), f"{here}.steps")
    if any(named.values()):
        built.plain["supports-processes"] = named
    elif named:
        built.plain["supports-processes"] = list(named)


def _put_channels(built: Built, state: State) -> None:
    channels: list[Any] = []
    built.put(("channels",), "channels")
    for at, row in filled(_ROWS["channels"], state):
        path: FieldPath = ("channels", len(channels))
        here = f"channels.{at}"
        built.put(path, f"{here}.name")
        built.put((*path, "features"), f"{here}.features")
        features = lines_of(row["features"])
        if features:
            said: dict[str, Any] = {}
            built.text(said, row, "name", path, f"{here}.name")
            channels.append({**said, "features": features})
        else:
            channels.append(row["name"].strip())
    if channels:
        built.plain["channels"] = channels


def _put_utility(built: Built, state: State) -> None:
    rows = list(filled(_ROWS["utility"], state))
    taken = {row["key"] for _, row in rows if row["key"]}
    utility: dict[str, Any] = {}
    built.put(("utility",), "utility")
    for at, row in rows:
        here = f"utility.{at}"
        key = row["key"] or key_from(row["statement"], taken, "requirement")
        taken.add(key)
        if key in utility:
            built.twice(here, key)
        path: FieldPath = ("utility", key)
        built.put(path, f"{here}.statement")
        said = {row["kind"]: row["statement"]}
        built.text(said, row, "channel", path, f"{here}.channel")
        utility[key] = said
    if utility:
        built.plain["utility"] = utility


def _put_warranty(built: Built, state: State) -> None:
    promised: dict[str, Any] = {}
    built.text(promised, state, "availability", ("warranty",), "warranty.availability")
    said = promised.get("availability", "").strip()
    if _NUMBER.match(said):
        # The form asks for percent: the sign need not be typed.
        promised["availability"] = f"{said} %"
    _put_texts(built, promised, state["capacity"], ("warranty", "capacity"), "warranty.capacity")
    continuity: dict[str, Any] = {}
    for name in ("recovery-time", "recovery-point"):
        built.text(
            continuity,
            state["continuity"],
            name,
            ("warranty", "continuity"),
            f"warranty.continuity.{name}",
        )
    if continuity:
        promised["continuity"] = continuity
    for name in ("security", "performance"):
        _put_texts(built, promised, state[name], ("warranty", name), f"warranty.{name}")
    built.put(("warranty",), "warranty.availability")
    if promised:
        built.plain["warranty"] = promised


def _put_hours(built: Built, state: State) -> None:
    built.put(("service-hours",), "service-hours.kind")
    if state["kind"] == "always":
        built.plain["service-hours"] = "24x7"
    elif state["kind"] == "calendar":
        built.put(("service-hours",), "service-hours.calendar")
        built.plain["service-hours"] = state["calendar"].strip()
    elif state["kind"] == "weekly":
        week: dict[str, Any] = {}
        built.put(("service-hours", "zone"), "service-hours.zone")
        if state["zone"].strip():
            week["zone"] = state["zone"].strip()
        for day in DAYS:
            spans = [span.strip() for span in state[day].split(",") if span.strip()]
            built.put(("service-hours", day), f"service-hours.{day}")
            if spans:
                week[day] = spans
        built.plain["service-hours"] = week
