"""A small world of neighbours, made so that every way of almost being allowed is in it.

Alpha provides. Bravo and Charlie are customers of Alpha who know nothing of each other. Echo is a
customer of Bravo, and so stands behind it. Delta has nothing to do with anybody. Every name holds
a mark of its own (``Zengine``), so that a page that lets one slip is found by its text.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import transaction
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
PASSWORD = "correct horse battery staple"

CATALOGUE = """
catenary: 1
organizations:
  alpha:       {name: Zalpha, description: Zalphatext}
  alpha-it:    {name: Zalphait, part-of: alpha, description: Zalphaittext}
  alpha-lab:   {name: Zalphalab, part-of: alpha}
  bravo:       {name: Zbravo}
  bravo-ward:  {name: Zbravoward, part-of: bravo, description: Zbravowardtext}
  bravo-board: {name: Zbravoboard, part-of: bravo}
  charlie:     {name: Zcharlie}
  delta:       {name: Zdelta, description: Zdeltatext}
  echo:        {name: Zecho}
  foxtrot:     {name: Zfoxtrot}
people:
  ann@alpha.example:   {name: Zann, organization: alpha-it, roles: [viewer]}
  lara@alpha.example:  {name: Zlara, organization: alpha-lab, roles: [viewer]}
  ben@bravo.example:   {name: Zben, organization: bravo-ward, roles: [user]}
  cleo@charlie.example: {name: Zcleo, organization: charlie, roles: [customer]}
  dora@delta.example:  {name: Zdora, organization: delta, roles: [viewer]}
  emil@echo.example:   {name: Zemil, organization: echo, roles: [user]}
  rob@alpha.example:   {name: Zrob, organization: alpha-lab, roles: [administrator]}
  ina@alpha.example:   {name: Zina, organization: alpha-lab, roles: [administrator]}
  twin@alpha.example:
    name: Ztwin
    organization: alpha-it
    roles: {alpha-it: [viewer], delta: [viewer]}
calendars:
  alpha-it/hours:
    name: Zhours
    description: Zhourstext
    hours: {zone: Europe/Berlin, mon-fri: "08:00-18:00"}
    holidays: DE
    without: alpha-it/pause
  alpha-it/pause: {name: Zpause, hours: {zone: UTC, mon: "12:00-13:00"}}
  alpha-it/nights: {name: Znights, hours: 24x7, without: alpha-it/hours}
  alpha-lab/vaulted: {name: Zvaulted, hours: 24x7}
  delta/own: {name: Zown, hours: 24x7}
services:
  alpha-it/portal:
    name: Zportal
    service-hours: alpha-it/hours
    stage: live
    description: Zportaltext
    owner: ann@alpha.example
    tags: [zportaltag]
    outcomes:
      seen: {statement: Zportaloutcome, said-by: Zsaidby, wanted-by: charlie}
    relies-on: [alpha-it/engine, alpha-lab/vault]
  alpha-it/engine:
    name: Zengine
    stage: live
    description: Zenginetext
    outcomes: {turns: {statement: Zengineoutcome, wanted-by: delta}}
    owner: dora@delta.example
    co-creation: {talk-to: [delta, ben@bravo.example]}
  alpha-it/ledger: {name: Zledger, stage: live, description: Zledgertext}
  alpha-it/brochure: {name: Zbrochure, stage: live, published-to: [charlie]}
  alpha-it/showcase: {name: Zshowcase, stage: live, published-to: everyone}
  alpha-it/gone: {name: Zgone, stage: live}
  alpha-lab/vault: {name: Zvault, stage: live, restricted: true, description: Zvaulttext}
  alpha-lab/cellar:
    name: Zcellar
    stage: live
    restricted: true
    relies-on: [alpha-it/engine]
  bravo-ward/care:
    name: Zcare
    stage: live
    outcomes: {well: {statement: Zcareoutcome}}
    relies-on: [alpha-it/portal]
  foxtrot/fair:
    name: Zfair
    stage: live
    published-to: [alpha]
    outcomes: {good: {statement: Zfairoutcome, said-by: Zfairsaid, wanted-by: bravo-board}}
    relies-on: [alpha-it/ledger]
  delta/quiet: {name: Zquiet, stage: live, description: Zquiettext}
consumption:
  bravo-ward: [{service: alpha-it/portal, known-as: Zbravoword}]
  charlie:
    - {service: alpha-it/portal, known-as: Zcharlieword}
    - {service: alpha-it/ledger, known-as: Zcharlieledger}
  echo: [{service: bravo-ward/care, known-as: Zechoword}]
"""

#: Who asks, from nobody through the almost right to exactly right, and the operator.
PEOPLE = {
    "nobody": "",
    "without any organization": "nora@nowhere.example",
    "removed": "rob@alpha.example",
    "switched off": "ina@alpha.example",
    "of an unrelated organization": "dora@delta.example",
    "customer of the customer": "emil@echo.example",
    "another customer": "cleo@charlie.example",
    "customer": "ben@bravo.example",
    "viewer at the provider": "ann@alpha.example",
    "exactly right": "lara@alpha.example",
    "operator": "opal@here.example",
}
INSIDE = {"viewer at the provider", "exactly right", "operator"}
BELONGING = INSIDE | {
    "of an unrelated organization",
    "customer of the customer",
    "another customer",
    "customer",
}
#: Signed in, but standing nowhere.
ADRIFT = {"without any organization", "removed"}
#: What the product takes for a stranger.
STRANGERS = {"nobody", "switched off"}

#: Who sees which service at all. The operator looks from Alpha.
SEES_SERVICE = {
    "alpha-it/portal": INSIDE | {"customer", "another customer"},
    "alpha-it/engine": INSIDE,
    "alpha-it/ledger": INSIDE | {"another customer"},
    "alpha-it/brochure": INSIDE | {"another customer"},
    "alpha-it/showcase": BELONGING,
    "alpha-lab/vault": {"exactly right", "operator"},
    "alpha-lab/cellar": {"exactly right", "operator"},
    "bravo-ward/care": {"customer", "customer of the customer"},
    "foxtrot/fair": INSIDE,
    "delta/quiet": {"of an unrelated organization"},
    "alpha-it/gone": set(),
    "alpha-it/none": set(),
}
#: Who sees which calendar at all: one's own top organization's, and those that a service one sees
#: keeps, with what they are made of.
SEES_CALENDAR = {
    "alpha-it/hours": SEES_SERVICE["alpha-it/portal"],
    "alpha-it/pause": SEES_SERVICE["alpha-it/portal"],
    "alpha-it/nights": INSIDE,
    "alpha-lab/vaulted": INSIDE,
    "delta/own": {"of an unrelated organization"},
    "alpha-it/never": set(),
}
#: Who sees which organization at all: one's own top with all its parts, and others that provide
#: something one may see or consume something of ours.
SEES_ORGANIZATION = {
    "alpha": BELONGING,  # Zshowcase is published to everyone
    "alpha-it": BELONGING,
    "alpha-lab": INSIDE,
    "bravo": INSIDE | {"customer", "customer of the customer"},
    "bravo-ward": INSIDE | {"customer", "customer of the customer"},
    "bravo-board": {"customer"},
    "charlie": INSIDE | {"another customer"},
    "delta": {"of an unrelated organization"},
    "echo": {"customer", "customer of the customer"},
    "foxtrot": INSIDE,
    "nowhere": set(),
}
#: Every mark in the world, and who may ever read it on any page.
READS = {
    # An operator chooses among all top organizations whose eyes to look with.
    **{
        f"Z{key.replace('-', '')}": seen_by | (set() if "-" in key else {"operator"})
        for key, seen_by in SEES_ORGANIZATION.items()
    },
    **{f"Z{ref.rpartition('/')[2]}": seen_by for ref, seen_by in SEES_SERVICE.items()},
    **SEES_SERVICE,
    **{f"Z{ref.rpartition('/')[2]}": seen_by for ref, seen_by in SEES_CALENDAR.items()},
    **SEES_CALENDAR,
    "Zhourstext": SEES_CALENDAR["alpha-it/hours"],
    "Zportaltext": SEES_SERVICE["alpha-it/portal"],
    "Zportaloutcome": SEES_SERVICE["alpha-it/portal"],
    # Whose words they are is between the provider and who wants it.
    "Zsaidby": INSIDE | {"another customer"},
    "Zfairsaid": set(),
    "zportaltag": INSIDE,
    "Zenginetext": INSIDE,
    "Zengineoutcome": INSIDE,
    "Zledgertext": SEES_SERVICE["alpha-it/ledger"],
    "Zvaulttext": SEES_SERVICE["alpha-lab/vault"],
    "Zcareoutcome": SEES_SERVICE["bravo-ward/care"],
    "Zquiettext": SEES_SERVICE["delta/quiet"],
    # The provider reads what its direct customers call its services.
    "Zbravoword": INSIDE | {"customer"},
    "Zcharlieword": INSIDE | {"another customer"},
    "Zcharlieledger": INSIDE | {"another customer"},
    "Zechoword": {"customer", "customer of the customer"},
    # What an organization says about itself, and its people, are for its own top organization;
    # the owner of a service is named to whoever sees the service.
    "Zalphatext": INSIDE,
    "Zalphaittext": INSIDE,
    "Zbravowardtext": {"customer"},
    "Zdeltatext": {"of an unrelated organization"},
    "Zann": SEES_SERVICE["alpha-it/portal"],
    "ann@alpha.example": SEES_SERVICE["alpha-it/portal"],
    "Zlara": INSIDE,
    "lara@alpha.example": INSIDE,
    "Zina": INSIDE,
    "Zrob": set(),
    "Zben": {"customer"},
    "Zcleo": {"another customer"},
    "Zdora": {"of an unrelated organization"},
    "Zemil": {"customer of the customer"},
    "Ztwin": INSIDE | {"of an unrelated organization"},
}
HOME_ROOT = {
    "of an unrelated organization": "delta",
    "customer of the customer": "echo",
    "another customer": "charlie",
    "customer": "bravo",
    "viewer at the provider": "alpha",
    "exactly right": "alpha",
    "operator": "alpha",
}


@dataclass
class World:
    """The world as loaded; the number of each person's account by their part in it."""

    accounts: dict[str, int] = field(default_factory=dict)

    def client(self, who: str) -> Client:
        """A browser in which this person has signed in, as far as they can."""
        client = Client(raise_request_exception=False)
        number = self.accounts.get(who)
        if number is not None:
            from catenary.apps.access.operations.sessions import SessionStore

            accounts = apps.get_model("access", "Account").objects
            accounts.filter(pk=number).update(last_login=datetime.now(UTC))
            account = accounts.get(pk=number)
            # As if they had signed in a moment ago: that is written down when it happens.
            now = int(datetime.now(UTC).timestamp())
            session = SessionStore()
            session.update(
                {
                    SESSION_KEY: str(number),
                    HASH_SESSION_KEY: account.get_session_auth_hash(),
                    BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
                    "since": now,
                    "seen": now,
                }
            )
            session.save()
            client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
        return client


def state() -> dict[str, object]:
    """How many rows every table has, sessions aside, and the version of the catalogue."""
    models = [m for m in apps.get_models() if m._meta.object_name != "Session"]
    rows: dict[str, object] = {m._meta.label: m._default_manager.count() for m in models}
    rows["version"] = list(apps.get_model("common", "CatalogueVersion").objects.values_list())
    rows["sign-ins"] = list(
        apps.get_model("access", "Account").objects.order_by("pk").values_list("last_login")
    )
    return rows


def apply(files: Path, *, prune: bool = False) -> None:
    """Make the catalogue say what the files say, as the operator."""
    from catenary.domain.actors import Actor
    from catenary.exchange.catalogue.applying import apply_plan, prepare_plan
    from catenary.exchange.catalogue.reading import read_catalogue

    read = read_catalogue(files)
    assert read.problems == []
    prepared = prepare_plan(wanted=read.catalogue, source="folder:world", prune=prune)
    apply_plan(prepared=prepared, actor=Actor(is_operator=True, door="command-line"), at=NOON)


def give_account(email: str, *, operator: bool = False) -> int:
    """Let somebody sign in."""
    from catenary.apps.history.operations import open_change
    from catenary.apps.organizations.operations.people import give_account
    from catenary.domain.actors import Actor

    actor = Actor(is_operator=True, door="command-line")
    change = open_change(actor=actor, at=NOON, source="command-line")
    return give_account(email=email, password=PASSWORD, is_operator=operator, change=change)


@contextmanager
def kept_apart() -> Iterator[None]:
    """Everything written inside is gone afterwards. Django's own way of cleaning up would
    delete history, which the database refuses."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


def build(folder: Path) -> World:
    """Load the world; then remove one service and one person, and switch one account off."""
    folder.mkdir(exist_ok=True)
    file = folder / "world.yaml"
    file.write_text(CATALOGUE, encoding="utf-8")
    apply(folder)
    world = World(
        {
            who: give_account(email, operator=who == "operator")
            for who, email in PEOPLE.items()
            if email
        }
    )
    fewer = "".join(
        line
        for line in CATALOGUE.splitlines(keepends=True)
        if "rob@alpha" not in line and "alpha-it/gone" not in line
    )
    file.write_text(fewer, encoding="utf-8")
    apply(folder, prune=True)
    account = apps.get_model("access", "Account").objects.get(pk=world.accounts["switched off"])
    account.is_active = False
    account.save()
    return world


@pytest.fixture(scope="module")
def world(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    """The world, once for the tests of a file; nothing of it stays behind."""
    with django_db_blocker.unblock(), kept_apart():
        yield build(tmp_path_factory.mktemp("world"))
