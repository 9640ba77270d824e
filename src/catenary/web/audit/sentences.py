"""Lines of the audit in words."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catenary.apps.access.choices import Happening
from catenary.apps.access.queries.events import AccessEntry
from catenary.apps.history.choices import Kind
from catenary.apps.history.queries.acts import Act, Touched
from catenary.apps.reporting.queries import AuditEntry, RoleChange, Standing, Who
from catenary.domain.actors import BY_HAND
from catenary.domain.devices import browser_words
from catenary.web.pages.audit import AuditLine
from catenary.web.service.history import source_words

_WARNINGS = frozenset({Happening.SIGN_IN_FAILED, Happening.SIGN_IN_DELAYED})
_SHOWN = 5
_ROLES_SHOWN = 40


def audit_line(entry: AuditEntry) -> AuditLine:
    """One line in the reader's language."""
    if entry.event is not None:
        event = entry.event
        return AuditLine(
            at=entry.at,
            who=_name(entry.who),
            email=entry.who.email if entry.who.name else "",
            sentence=_happened(event, entry.whose),
            through=tuple(_through(event)),
            is_warning=event.kind in _WARNINGS,
        )
    assert entry.act is not None
    return AuditLine(
        at=entry.at,
        who=_name(entry.who),
        email=entry.who.email if entry.who.name else "",
        sentence=_changed(entry.act),
        through=tuple(_ways(entry.act)),
        details=(*_roles(entry), *_touched(entry)),
    )


def _name(who: Who) -> str:
    if who.standing is Standing.PERSON:
        return who.name
    if who.standing is Standing.OPERATOR:
        return who.email or _("An operator")
    return {
        Standing.REMOVED: _("Somebody who was removed (no. {n})").format(n=who.name),
        Standing.OUTSIDE: _("Somebody of another house"),
        Standing.NOBODY: _("Somebody unknown"),
        Standing.MACHINE: _("The operator at the command line"),
    }[who.standing]


def _happened(event: AccessEntry, whose: Who | None) -> str:
    said = {
        Happening.SIGNED_IN: _("signed in"),
        Happening.SIGN_IN_FAILED: _("failed to sign in"),
        Happening.SIGN_IN_DELAYED: _("was made to wait after failed sign-ins"),
        Happening.SIGNED_OUT: _("signed out"),
        Happening.PASSWORD_CHANGED: _("has a new password"),
        Happening.ACCOUNT_OPENED: _("has an account now"),
        Happening.ACCOUNT_CLOSED: _("has a closed account now"),
        Happening.SESSION_ENDED: _("has a session less"),
        Happening.TOKEN_ISSUED: _("has a new token"),
        Happening.TOKEN_REVOKED: _("has a token less"),
        Happening.FACTOR_ADDED: _("has a new second factor"),
        Happening.FACTOR_REMOVED: _("has a second factor less"),
        Happening.RECOVERY_CODES_MADE: _("has new recovery codes"),
        Happening.FACTOR_ASKED: _("decided that a second factor is asked"),
        Happening.FACTOR_NOT_ASKED: _("decided that no second factor is asked"),
        Happening.IDENTITY_LINKED: _("comes in through a provider from now on"),
        Happening.IDENTITY_UNLINKED: _("no longer comes in through a provider as before"),
        Happening.INLET_OPENED: _("opened an inlet for reports"),
        Happening.INLET_CHANGED: _("changed an inlet for reports"),
        Happening.INLET_CLOSED: _("closed an inlet for reports"),
        Happening.INLET_TAKEN_BACK: _("took back what a closed inlet said last"),
        Happening.MESSAGES_DISCARDED: _("discarded messages that could not be sent"),
    }.get(event.kind, str(event.kind))
    if whose is not None:
        said = _("saw to it: {name} {what}").format(name=_name(whose), what=said)
    about = "" if event.kind is Happening.SESSION_ENDED else event.about
    return f"{said} ({_about(about)})" if about else said


def _about(about: str) -> str:
    """Words of ours in the reader's language; names of tokens, providers and organizations as
    they are."""
    words = {
        "password": _("password"),
        "app": _("app"),
        "passkey": _("passkey"),
        "recovery-code": _("recovery code"),
        "second factor": _("second factor"),
        "two factors": _("two factors there"),
        "all": _("all"),
        "operator": _("operator"),
        "operators": _("of operators"),
        "everybody": _("of everybody"),
    }
    return ", ".join(words.get(word, word) for word in about.split(", "))


def _through(event: AccessEntry) -> Iterator[str]:
    yield _door(event.door)
    if event.address:
        yield event.address
    device = " ".join(word for word in browser_words(event.device) if word)
    if device:
        yield device


def _door(door: str) -> str:
    return {
        "web": _("browser"),
        "api": _("API"),
        "command-line": _("command line"),
        "sign-on": _("sign-on"),
        "schedule": _("schedule"),
        "inlet": _("inlet"),
        "feed": _("feed"),
    }.get(door, door)


def _ways(act: Act) -> Iterator[str]:
    """By which door, and from where, unless that says the same."""
    if act.door:
        yield _door(act.door)
    if act.source and act.source not in (BY_HAND, act.door):
        yield source_words(act.source)


def _changed(act: Act) -> str:
    return ngettext("changed {n} object", "changed {n} objects", act.count).format(
        n=f"{act.count:,}"
    )


def _roles(entry: AuditEntry) -> Iterator[str]:
    yield from map(_role, entry.roles[:_ROLES_SHOWN])
    rest = len(entry.roles) - _ROLES_SHOWN
    if rest > 0:
        yield ngettext("and {n} more role", "and {n} more roles", rest).format(n=f"{rest:,}")


def _role(change: RoleChange) -> str:
    said = (
        _("role given: {role} in {organization} to {name}")
        if change.is_given
        else _("role taken: {role} in {organization} from {name}")
    )
    role = change.role.replace("-", " ")
    return said.format(role=role, organization=change.organization, name=_name(change.whose))


def _touched(entry: AuditEntry) -> Iterator[str]:
    act = entry.act
    assert act is not None
    for touched in act.touched[:_SHOWN]:
        yield f"{_reference(touched, entry)}: {_action(touched.action)}"
    rest = act.count - len(act.touched[:_SHOWN])
    if rest > 0:
        yield ngettext("and {n} more", "and {n} more", rest).format(n=f"{rest:,}")


def _reference(touched: Touched, entry: AuditEntry) -> str:
    if touched.kind is Kind.PERSON:
        return _name((entry.people or {})[touched.object_id])
    return touched.reference


def _action(action: str) -> str:
    return {
        "created": _("defined"),
        "changed": _("changed"),
        "taken-over": _("taken over"),
        "removed": _("removed"),
        "restored": _("brought back"),
    }.get(action, action)
