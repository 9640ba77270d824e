"""Alertmanager's webhook, version 4: each alert is a voice of its own.

https://prometheus.io/docs/alerting/latest/configuration/#webhook_config. A service may be hit by
several alerts at the same time; one that is resolved says nothing of the others. An alert is known
by its fingerprint, and each of its words by when it began or ended: that Alertmanager repeats
itself every few hours, or sends the same group twice, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import blake2b
from typing import Any

import orjson

from catenary.connectors.bodies import json_of
from catenary.connectors.kinds import Delivery, Kind, Unreadable
from catenary.connectors.wishes import Wishes, reference_of
from catenary.domain.observations.heard import UNREADABLE, Item
from catenary.domain.observations.reading import SAYABLE, Wrong
from catenary.domain.said import figure, said, said_of

#: What severities mean unless the settings say otherwise.
SEVERITIES = {
    "critical": "down",
    "page": "down",
    "error": "down",
    "major": "down",
    "warning": "degraded",
    "warn": "degraded",
    "minor": "degraded",
    "info": "ignore",
    "none": "ignore",
}
#: More items than any Alertmanager sends at once.
MOST_ALERTS = 20_000
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Rule:
    """Alerts whose labels match every pattern are of ``service``."""

    match: tuple[tuple[str, str], ...]
    service: str

    def fits(self, labels: Mapping[str, Any]) -> bool:
        """``*`` and ``?`` stand for anything, as in file names."""
        return all(
            fnmatchcase(str(labels.get(name, ""))[:300], pattern) for name, pattern in self.match
        )


@dataclass(frozen=True, slots=True)
class Settings:
    """How alerts become words."""

    service_label: str
    services: Mapping[str, str]
    rules: tuple[Rule, ...]
    severity_label: str
    severities: Mapping[str, str]
    otherwise: str
    resolved: str
    valid_for: str
    is_of_none_ignored: bool


def read(wishes: Wishes) -> Settings:
    """The settings; what is wrong with them is written down in ``wishes``."""
    return Settings(
        service_label=wishes.text("service-label", "service"),
        services=wishes.services("services"),
        rules=tuple(_rules(wishes)),
        severity_label=wishes.text("severity-label", "severity"),
        severities={**SEVERITIES, **wishes.conditions("severities")},
        otherwise=wishes.choice("otherwise", (*SAYABLE, "ignore"), "degraded"),
        resolved=wishes.choice("resolved", ("operational", "cleared"), "operational"),
        valid_for=wishes.duration("valid-for"),
        is_of_none_ignored=(
            wishes.choice("without-service", ("refuse", "ignore"), "refuse") == "ignore"
        ),
    )


def _rules(wishes: Wishes) -> Iterator[Rule]:
    for number, plain in enumerate(wishes.rows("rules"), 1):
        field = f"rules.{number}"
        match = plain.get("match") if isinstance(plain, Mapping) else None
        if not isinstance(match, Mapping) or not match or set(plain) != {"match", "service"}:
            wishes.say(field, said("this is no rule"), "{match: {label: pattern}, service: …}")
            continue
        patterns = tuple((str(name), str(pattern)[:300]) for name, pattern in match.items())
        service = wishes.service(plain["service"], f"{field}.service")
        # Many stars in one pattern make matching slow.
        if any(pattern.count("*") > 4 for _, pattern in patterns):
            wishes.say(field, said("this pattern has too many stars"), said("at most four"))
        elif service:
            yield Rule(patterns, service)


def hear(settings: Settings, delivery: Delivery) -> list[Item]:
    """What each alert of a notification says; two words for one that must be renewed."""
    body = json_of(delivery.body)
    alerts = body.get("alerts") if isinstance(body, Mapping) else None
    if not isinstance(body, Mapping) or not isinstance(alerts, list):
        raise Unreadable("this is no notification of Alertmanager: it has no list of alerts")
    if str(body.get("version", "4")) != "4":
        raise Unreadable(f"version {str(body['version'])[:20]} of the webhook is not known, only 4")
    if len(alerts) > MOST_ALERTS:
        raise Unreadable(f"at most {MOST_ALERTS:,} alerts at once; group them more finely")
    items = [
        item
        for place, alert in enumerate(alerts)
        for item in _items(settings, delivery.house, place, alert)
    ]
    left_out = body.get("truncatedAlerts")
    if isinstance(left_out, int) and left_out > 0:
        wrong = Wrong(
            "truncatedAlerts",
            "left-out",
            said_of(
                left_out,
                "Alertmanager left out {n} alert of this group",
                "Alertmanager left out {n} alerts of this group",
                figure(left_out),
            ),
            said("no max_alerts, and groups that are finer"),
        )
        items.append(Item(len(alerts), wrong=(wrong,), raw=body.get("groupKey", "")))
    return items


def _items(settings: Settings, house: str, place: int, alert: Any) -> Iterator[Item]:
    labels = alert.get("labels") if isinstance(alert, Mapping) else None
    status = alert.get("status") if isinstance(alert, Mapping) else None
    if not isinstance(labels, Mapping) or status not in ("firing", "resolved"):
        expected = said("an alert with status and labels")
        yield Item(
            place, wrong=(Wrong("", UNREADABLE, said("this is no alert"), expected),), raw=alert
        )
        return
    condition = settings.severities.get(
        str(labels.get(settings.severity_label, "")).lower(), settings.otherwise
    )
    if condition == "ignore":
        yield Item(place)
        return
    service = _service(settings, house, labels)
    if service is None:
        if settings.is_of_none_ignored and not labels.get(settings.service_label):
            yield Item(place)
            return
        expected = said(
            'a label "{label}" with a reference, or a rule that fits', settings.service_label
        )
        # With its name: each of them is mended by itself.
        name = _name(labels)[:80]
        sentence = (
            said("nothing says which service “{name}” is of", name)
            if name
            else said("nothing says which service this is of")
        )
        yield _wrong(place, alert, "service", sentence, expected)
        return
    is_firing = status == "firing"
    word = {
        "service": service,
        "condition": condition if is_firing else settings.resolved,
        "at": alert.get("startsAt" if is_firing else "endsAt"),
        "text": _text(labels, alert.get("annotations")),
        "reference": _address(alert.get("generatorURL")),
    }
    voice = _voice(alert, labels)
    if not isinstance(word["at"], str):
        # Without a time it would be taken as of now, and repeats would be news.
        yield _wrong(
            place, alert, "at", said("nothing says since when"), said("startsAt and endsAt")
        )
        return
    if is_firing and settings.valid_for:
        word["valid-for"] = settings.valid_for
        yield Item(place, word, voice, raw=alert)
        # A repetition keeps it alive: the same word as of now, when it is time for one.
        yield Item(place, {**word, "at": None}, voice, raw=alert)
        return
    yield Item(place, word, voice, raw=alert)


def _service(settings: Settings, house: str, labels: Mapping[str, Any]) -> str | None:
    named = labels.get(settings.service_label)
    if isinstance(named, str) and named in settings.services:
        return settings.services[named]
    for rule in settings.rules:
        if rule.fits(labels):
            return rule.service
    return reference_of(named, house) if isinstance(named, str) else None


def _text(labels: Mapping[str, Any], annotations: Any) -> str:
    """The name of the alert, and what its annotations say of it."""
    told = annotations if isinstance(annotations, Mapping) else {}
    name = _name(labels)
    pieces = [name] if name else []
    pieces += [
        str(told[each])[:1_500] for each in ("summary", "description", "message") if told.get(each)
    ]
    return ": ".join(pieces).replace("\0", " ")


def _name(labels: Mapping[str, Any]) -> str:
    return str(labels.get("alertname", ""))[:_LONGEST]


def _address(value: Any) -> str:
    return value[:200] if isinstance(value, str) and "\0" not in value else ""


def _voice(alert: Mapping[str, Any], labels: Mapping[str, Any]) -> str:
    known = alert.get("fingerprint")
    if not isinstance(known, str) or not known.isalnum() or len(known) > 64:
        text = orjson.dumps(dict(labels), option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
        known = blake2b(text, digest_size=8).hexdigest()
    return f"{str(labels.get('alertname', ''))[:60]} {known}".strip()


def _wrong(place: int, raw: Any, field: str, sentence: str, expected: str) -> Item:
    return Item(place, wrong=(Wrong(field, "invalid", sentence, expected),), raw=raw)


KIND = Kind("alertmanager", read, hear, is_limited_softly=True)
