"""Running it: tables, the first administrator, the server, the demonstration."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from catenary import clock
from catenary.cli.example_people import ExamplePerson, example_people, introduced
from catenary.cli.session import data_folder, fail, ready
from catenary.cli.terminal import complain, say

if TYPE_CHECKING:
    from catenary.domain.actors import Actor

ADMINISTRATOR = "administrator@localhost"


def run_migrations(*, data: Path | None) -> None:
    """Create or update the tables, and the administrator of a new installation."""
    ready(data, needs_tables=False)
    _migrate()
    _first_administrator()


def ready_or_new(data: Path | None) -> None:
    """Make the product ready to write a catalogue: a database without any tables gets them, and
    an administrator, as when it is served. One of an older version is brought up to date by
    whoever runs it, with a backup at hand."""
    ready(data, needs_tables=False)
    from catenary.apps.common.queries.contents import applied_migrations

    if not applied_migrations():
        _migrate()
        # Beside the answer of the command, which may be for a program to read.
        _first_administrator(complain)
    ready(data)


def run_server(*, port: int, data: Path | None, threads: int, host: str) -> None:
    """Serve until told to stop."""
    ready(data, needs_tables=False)
    _need_port(port, host)
    _migrate()
    _first_administrator()
    shown = "localhost" if host == "127.0.0.1" else host
    _serve(port, threads, host, shown)


def run_demo(
    *,
    port: int,
    data: Path | None,
    password: str,
    examples: Path | None,
    everybody: bool,
    silent: bool,
) -> None:
    """Load the stories into the database, report of their services unless somebody did already or
    they shall be ``silent``, let their people sign in, and serve; with ``everybody``, list all of
    them instead of serving."""
    stories = _stories(examples)
    people = example_people(stories)
    if everybody:
        _introduce(people)
        say("They have the password that was printed when the demonstration was started.")
        return
    ready(data, needs_tables=False)
    _need_port(port)
    _migrate()
    _first_administrator()
    say(f"Loading {len(stories)} example stories…")
    _load(stories)
    if not silent:
        _tell(stories)
    shared = password or _kept_password(data)
    _give_example_accounts([person.email for person in people], shared)
    _introduce(people)
    say(f"They sign in with the password  {shared}")
    _serve(port, threads=16)


def _introduce(people: list[ExamplePerson]) -> None:
    """Who may sign in, story by story, first those one should meet first."""
    width = max(len(person.email) for person in people)
    say()
    for story, of in groupby(people, key=lambda person: person.story):
        say(f"  {story}", colour="bold")
        everybody = list(of)
        for person in dict.fromkeys([*introduced(everybody), *everybody]):
            say(f"    {person.email:{width}}  {person.name}, {person.what}")
    say()


def add_user(*, email: str, operator: bool, data: Path | None) -> None:
    """Give somebody an account and print its password."""
    ready(data)
    from catenary.apps.organizations.queries import people_by_email

    if not operator and email.lower() not in people_by_email([email.lower()]):
        fail(
            f"there is nobody with the address {email}: define the person in a catalogue file "
            "first, or use --operator for somebody who runs this installation"
        )
    password = secrets.token_urlsafe(12)
    _give_account(email, password, operator=operator)
    say(f"{email.lower()} signs in with  {password}")
    say("It is shown only now.")


def close_user(*, email: str, data: Path | None) -> None:
    """Let somebody in no more."""
    ready(data)
    from catenary.apps.access.operations.accounts import AccountMissing, close_account

    try:
        close_account(email=email, at=clock.now())
    except AccountMissing:
        fail(f"there is no open account with the address {email}")
    say(f"{email.lower()} can no longer sign in; their sessions are ended, their tokens refused.")
    say("`catenary user` with the address lets them in again, with a new password.")


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def _first_administrator(tell: Callable[[str], None] = say) -> None:
    from catenary.apps.access.queries.accounts import any_operator

    if any_operator():
        return
    password = secrets.token_urlsafe(12)
    _give_account(ADMINISTRATOR, password, operator=True)
    tell("This installation is new. Its administrator signs in with")
    tell(f"    {ADMINISTRATOR}  {password}")
    tell("The password is shown only now; `catenary user` gives a new one.")


def _give_account(email: str, password: str, *, operator: bool = False) -> None:
    from catenary.apps.common.operations import catalogue_change
    from catenary.apps.history.operations import open_change
    from catenary.apps.organizations.operations.people import give_account

    with catalogue_change():
        change = open_change(actor=_operator(), at=clock.now(), source="command-line")
        give_account(email=email, password=password, is_operator=operator, change=change)


def _give_example_accounts(emails: list[str], password: str) -> None:
    from catenary.apps.common.operations import catalogue_change
    from catenary.apps.history.operations import open_change
    from catenary.apps.organizations.operations.people import give_accounts

    with catalogue_change():
        change = open_change(actor=_operator(), at=clock.now(), source="command-line")
        give_accounts(emails=emails, password=password, change=change)


def _operator() -> Actor:
    from catenary.domain.actors import Actor

    return Actor(is_operator=True, door="command-line")


def _stories(examples: Path | None) -> list[Path]:
    folder = examples or Path(__file__).resolve().parents[3] / "examples"
    stories = sorted(
        path
        for path in folder.glob("*")
        if path.is_dir() and any(path.rglob("*.yaml")) and path.name != "mappings"
    )
    if not stories:
        fail(f"there are no stories in {folder}: say where they are with --examples")
    return stories


def _load(stories: list[Path]) -> None:
    from catenary.domain.refusals import Refused
    from catenary.exchange.catalogue.applying import apply_plan, prepare_plan
    from catenary.exchange.catalogue.reading import read_catalogue

    for story in stories:
        read = read_catalogue(story)
        if read.problems:
            for problem in read.problems:
                complain(f"{problem}")
            fail(f"the story in {story} cannot be read")
        prepared = prepare_plan(
            wanted=read.catalogue, source=f"folder:{story.name}", take_over=False, prune=True
        )
        try:
            apply_plan(prepared=prepared, actor=_operator(), at=clock.now())
        except Refused as refused:
            complain(f"{story.name}: kept as it is, because {refused}")
        _hold_workshops(story)


def _tell(stories: list[Path]) -> None:
    """Report what the stories say of their services, where nobody has reported anything yet."""
    from catenary.apps.monitoring.queries.stored import anybody_speaks
    from catenary.cli.example_conditions import tell_conditions
    from catenary.exchange.catalogue.reading import read_catalogue

    if anybody_speaks():
        return
    for story in stories:
        for wrong in tell_conditions(story, read_catalogue(story), _operator(), clock.now()):
            complain(f"{story.name}: {wrong}")


def _hold_workshops(story: Path) -> None:
    from catenary.cli.example_workshops import hold_workshops
    from catenary.domain.refusals import Refused
    from catenary.exchange.catalogue.workshop import NoTable

    try:
        hold_workshops(story, clock.now())
    except (Refused, NoTable) as reason:
        # Somebody made another story of it since: it goes on as they left it.
        complain(f"{story.name}: no workshop is held, because {reason or 'nobody sits there'}")


def _kept_password(data: Path | None) -> str:
    """One generated password for the example people of this installation, kept so that the
    next start prints the same one."""
    path = data_folder(data) / "example-password"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(9))
    return path.read_text().strip()


def _need_port(port: int, host: str = "127.0.0.1") -> None:
    """End with a clear message when the port is taken, before anything else is done."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        # As the server does: a port that was left a moment ago is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            fail(f"port {port} cannot be used ({error.strerror}): choose another with --port")


def _serve(port: int, threads: int, host: str = "127.0.0.1", shown: str = "localhost") -> None:
    from django.conf import settings

    from catenary.cli.server import serve, when_ready
    from catenary.cli.worker import working_beside

    address = f"http://{shown}:{port}"
    say(f"Catenary starts on {address}…")
    when_ready(
        host, port, lambda: say(f"Catenary serves on {address} (stop with Ctrl-C)", colour="bold")
    )
    with working_beside(settings.ENGINE_BESIDE_SERVER):
        serve(host=host, port=port, threads=threads)
