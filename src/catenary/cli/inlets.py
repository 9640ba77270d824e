"""inlet: the addresses at which monitors report, from the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catenary import clock
from catenary.cli.session import actor_by, fail, ready, refuse
from catenary.cli.terminal import answer, complain, say

if TYPE_CHECKING:
    from catenary.apps.monitoring.operations.inlets import OpenedInlet
    from catenary.apps.monitoring.queries.inlets import InletView
    from catenary.domain.actors import Actor
    from catenary.domain.refusals import Refusal

_MOMENT = "%Y-%m-%d %H:%M:%S"
_ACTIONS = ("open", "list", "show", "change", "renew", "close", "take-back")


def run_inlet(
    *,
    action: str,
    which: str,
    kind: str,
    proof: str,
    settings: Path | None,
    take_back: bool,
    by: str,
    json: bool,
    data: Path | None,
) -> None:
    """Do what ``action`` says with an inlet."""
    if action not in _ACTIONS:
        fail(f"there is no action {action}: say {', '.join(_ACTIONS)}")
    house, _, key = which.partition("/")
    if not house or (not key and action != "list"):
        fail("say which one: organization/name, or the organization for a list")
    ready(data)
    from catenary.apps.common.operations import CatalogueBusy
    from catenary.apps.monitoring.operations.inlets import InletMissing
    from catenary.domain.refusals import Refused

    actor = actor_by(by)
    try:
        if action == "list":
            _list(actor, house, json)
        elif action == "show":
            _show(actor, house, key, json)
        else:
            _write(action, actor, house, key, kind, proof, _read(settings), take_back, json)
    except CatalogueBusy as busy:
        fail(f"{busy}; some of it may have been done: say it again")
    except InletMissing:
        fail(f"there is no {which} of which you may manage the inlets")
    except Refused as refused:
        refuse(refused.refusals if json else _placed(refused.refusals), json)


def _read(file: Path | None) -> Any:
    from catenary.connectors.wishes import SettingsUnreadable, settings_of

    if file is None:
        return {}
    try:
        return settings_of(file.read_text(encoding="utf-8"))
    except SettingsUnreadable as error:
        fail(f"{file}: {error}")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file} cannot be read: {error}")


def _write(
    action: str,
    actor: Actor,
    house: str,
    key: str,
    kind: str,
    proof: str,
    settings: Any,
    take_back: bool,
    json: bool,
) -> None:
    from catenary.apps.monitoring.operations.inlets import (
        InletMissing,
        close_inlet,
        renew_inlet,
        take_back_last_words,
    )
    from catenary.apps.monitoring.queries.inlets import inlet_view
    from catenary.connectors.opening import changed, opened
    from catenary.domain.actors import Origin

    at, origin = clock.now(), Origin("command-line", account_id=actor.account_id)
    which: dict[str, Any] = {
        "actor": actor,
        "at": at,
        "organization": house,
        "key": key,
        "origin": origin,
    }
    if action == "open":
        made = opened(**which, kind=kind, proof=proof, settings=settings)
        _tell_secret(made, json)
        _doubt(made.doubts)
    elif action == "renew":
        _tell_secret(renew_inlet(**which), json)
    elif action == "close":
        services = close_inlet(**which, take_back=take_back)
        told = "It is closed. Whoever reports there is refused from now."
        if take_back:
            _done({"closed": True, "taken-back": services}, f"{told} {_taken(services)}", json)
        else:
            _done({"closed": True}, told, json)
    elif action == "take-back":
        services = take_back_last_words(**which)
        _done({"taken-back": services}, _taken(services), json)
    else:
        view = inlet_view(actor, house, key)
        if view is None or view.closed_at is not None:
            raise InletMissing(key)
        doubts = changed(**which, kind=view.kind, settings=settings)
        _done({"changed": True}, "It reads with these settings from now on.", json)
        _doubt(doubts)


def _taken(services: int) -> str:
    what = f"{services:,} service{'' if services == 1 else 's'}"
    return f"What it last said of {what} is taken back." if services else "Nothing it said stood."


def _done(plain: dict[str, bool | int], sentence: str, json: bool) -> None:
    if json:
        answer(plain)
    else:
        say(sentence)


def _tell_secret(made: OpenedInlet, json: bool) -> None:
    from catenary.connectors.notices.addresses import whole

    if not made.secret:
        _done({"opened": True}, "It looks by itself from now on.", json)
        return
    if json:
        told = {"name": made.key, "address": made.address, "secret": made.secret}
        answer({**told, "url": whole(made.address) or None})
        return
    say(whole(made.address) or made.address)
    say(made.secret)
    complain("The second line is the secret; it is shown only now.")


def _doubt(doubts: Sequence[Refusal]) -> None:
    """Say what is doubtful about settings that were taken, beside the answer."""
    for each in doubts:
        complain(f"warning: {each.path[-1]}: {each.sentence}; {each.remedy}")


def _placed(refusals: Sequence[Refusal]) -> list[Refusal]:
    """Each with the setting that it is about: a file of settings has many."""
    return [
        replace(each, reference=f"{each.reference}: {'.'.join(map(str, each.path))}")
        if each.path
        else each
        for each in refusals
    ]


def _list(actor: Actor, house: str, json: bool) -> None:
    from catenary.apps.monitoring.operations.inlets import InletMissing
    from catenary.apps.monitoring.queries.inlets import inlet_as_plain, inlets_of

    views = inlets_of(actor, house)
    if views is None:
        raise InletMissing(house)
    if json:
        answer([inlet_as_plain(view) for view in views])
        return
    for view in views:
        say(_line(view))
    if not views:
        say("There are no inlets.")


def _line(view: InletView) -> str:
    state = "closed" if view.closed_at is not None else "open"
    heard = f"heard {view.heard_at:%Y-%m-%d %H:%M}" if view.heard_at else "never heard"
    return (
        f"{view.organization}/{view.key}  {view.kind}  {state}  {heard}  "
        f"{view.taken:,} taken, {view.repeated:,} repeated, {view.refused:,} refused"
    )


def _show(actor: Actor, house: str, key: str, json: bool) -> None:
    from catenary.apps.monitoring.operations.inlets import InletMissing
    from catenary.apps.monitoring.queries.inlet_words import (
        last_words_as_plain,
        last_words_of_inlet,
    )
    from catenary.apps.monitoring.queries.inlets import inlet_as_plain, inlet_view
    from catenary.connectors.notices.addresses import whole

    view = inlet_view(actor, house, key)
    last = last_words_of_inlet(actor, house, key, clock.now(), most=20)
    if view is None or last is None:
        raise InletMissing(key)
    if json:
        answer({**inlet_as_plain(view), "last-words": last_words_as_plain(last)})
        return
    say(_line(view))
    if view.closed_at is None:
        say(f"  {whole(view.address) or view.address} (proof: {view.proof})")
    elif last.total:
        about = f"{last.services:,} service{'' if last.services == 1 else 's'}"
        say(f"  its last words still stand about {about} (take-back ends that)")
    for word in last.words:
        voice = f" ({word.voice})" if word.voice else ""
        say(f"    {word.reference}: {word.condition} since {word.since:%Y-%m-%d %H:%M}{voice}")
    if view.told_to_wait_at is not None:
        at = f"{view.told_to_wait_at:{_MOMENT}}"
        say(f"  told to wait {view.told_to_wait:,} times, last {at}")
    for row in view.latest[:20]:
        often = f", {row.times:,} times since {row.since:{_MOMENT}}" if row.times > 1 else ""
        say(f"  refused {row.at:{_MOMENT}}{often}: {row.excerpt[:100]}")
        for reason in row.reasons:
            say(f"    {reason.text}")
