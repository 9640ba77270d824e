"""doctor: what is misconfigured here, and how to mend it."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from catenary import clock
from catenary.cli.exit_codes import REFUSED
from catenary.cli.keeping import last_backup_at
from catenary.cli.session import ready
from catenary.cli.terminal import Colour, answer, say

_LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}
_ROOM = 1024**3
_SHORT_SECRET = 32
_SHORT_TOKEN = 16
_NAMED = 5
#: What is due leaves, and is followed, within seconds where a worker runs.
_LATE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Finding:
    """``code`` for machines; ``grave`` when people are harmed or the product does not work."""

    code: str
    grave: bool
    sentence: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found out, as plain values; a fact that could not be found out is as it should
    be. ``open_files`` are those that others than their owner may read."""

    data: Path = Path("var")
    open_files: tuple[str, ...] = ()
    secret: str = "x" * 50
    hosts: tuple[str, ...] = tuple(sorted(_LOOPBACK))
    is_behind_tls: bool = False
    metrics_token: str = ""
    trouble: str = ""
    pending: int = 0
    unknown: int = 0
    damage: tuple[str, ...] = ()
    log_mode: str = "wal"
    unguarded: tuple[str, ...] = ()
    free_bytes: int = 10 * _ROOM
    clock_differs: timedelta = timedelta(0)
    has_time_zones: bool = True
    operators: int = 1
    operators_without_second_factor: int = 0
    #: What a second factor is asked of, and is no organization.
    asked_of_nobody: tuple[str, ...] = ()
    example_people: int = 0
    mail_trouble: str = ""
    is_mail_without_address: bool = False
    subscribers_by_mail: int = 0
    is_mail_set: bool = False
    waiting_letters: int = 0
    #: For how long the oldest of them has been due.
    letters_late: timedelta = timedelta(0)
    dead_letters: int = 0
    #: Whether a worker follows what is reported, or nobody ever reported anything.
    is_followed: bool = True
    followed_at: datetime | None = None
    waiting_words: int = 0
    #: For how long the oldest of them has been due.
    words_late: timedelta = timedelta(0)
    silent_inlets: tuple[str, ...] = ()
    refusing_inlets: tuple[str, ...] = ()
    unreadable_inlets: tuple[str, ...] = ()
    now: datetime = field(default_factory=clock.now)
    last_backup: datetime | None = None


def see_the_doctor(*, json: bool, data: Path | None) -> None:
    """Say what is wrong; end with 1 when something is."""
    ready(data, needs_tables=False)
    findings = list(diagnose(examine()))
    if json:
        answer({"findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            mark = "error" if finding.grave else "warning"
            colour: Colour = "red" if finding.grave else "yellow"
            say(f"{finding.code}: {finding.sentence}", mark=f"{mark}: ", colour=colour)
            say(f"    to mend it: {finding.remedy}")
        say("Nothing is wrong." if not findings else f"{len(findings)} to mend.")
    if findings:
        raise typer.Exit(REFUSED)


def examine() -> Facts:
    """Look at the settings, the data folder and the database of this installation."""
    from django.conf import settings

    from catenary.apps.common.queries import database_trouble
    from catenary.connectors.mail.sending import reachable

    facts = Facts(
        data=settings.DATA,
        open_files=tuple(_open_files(settings.DATA)),
        secret=settings.SECRET_KEY,
        hosts=tuple(settings.ALLOWED_HOSTS),
        is_behind_tls=settings.BEHIND_TLS,
        metrics_token=settings.METRICS_TOKEN,
        free_bytes=shutil.disk_usage(settings.DATA).free,
        has_time_zones=_has_time_zones(),
        last_backup=last_backup_at(),
        mail_trouble=reachable(),
        is_mail_set=bool(settings.MAIL.host),
        is_mail_without_address=bool(settings.MAIL.host) and not settings.ADDRESS,
    )
    try:
        return _with_database(facts)
    except Exception as error:
        trouble = database_trouble(error)
        if trouble is None:
            raise
        return replace(facts, trouble=trouble)


def _with_database(facts: Facts) -> Facts:
    from catenary.apps.access.queries.installation import account_health
    from catenary.apps.common.queries.contents import applied_migrations, known_migrations
    from catenary.apps.common.queries.health import database_health
    from catenary.apps.common.queries.outbox import dead_count, outbox_counts
    from catenary.apps.monitoring.queries.following import following
    from catenary.apps.monitoring.queries.inlet_health import inlet_health
    from catenary.apps.monitoring.queries.subscriptions import subscribers_by_mail

    applied, known = applied_migrations(), known_migrations()
    health = database_health()
    facts = replace(
        facts,
        pending=len(known - applied),
        unknown=len(applied - known),
        damage=health.damage,
        log_mode=health.log_mode or "wal",
        clock_differs=health.now - clock.now(),
    )
    if facts.pending:
        return facts
    accounts, inlets = account_health(), inlet_health(facts.now)
    words = following(facts.now)
    waiting = outbox_counts()
    first_due = [each.oldest_due for each in waiting if each.oldest_due is not None]
    return replace(
        facts,
        unguarded=health.unguarded,
        operators=accounts.operators,
        operators_without_second_factor=accounts.operators_without_second_factor,
        asked_of_nobody=_asked_of_nobody(),
        example_people=accounts.example_people,
        subscribers_by_mail=subscribers_by_mail(),
        dead_letters=dead_count(),
        is_followed=words.is_followed or not words.is_needed,
        followed_at=words.seen_at,
        waiting_words=words.waiting,
        words_late=words.late,
        silent_inlets=inlets.silent,
        refusing_inlets=inlets.refusing,
        unreadable_inlets=inlets.unreadable,
        waiting_letters=sum(each.waiting for each in waiting),
        letters_late=max((facts.now - due for due in first_due), default=timedelta(0)),
    )


def _asked_of_nobody() -> tuple[str, ...]:
    from django.conf import settings

    from catenary.apps.organizations.queries import organizations_by_key

    keys = settings.SECOND_FACTOR - {"everybody", "operators"}
    return tuple(sorted(keys - organizations_by_key(keys).keys())) if keys else ()


def _open_files(data: Path) -> Iterator[str]:
    for path in (data, *sorted(data.glob("*"))):
        try:
            mode = path.stat().st_mode
        except OSError:
            continue
        # Behind a closed folder it does not matter how open a file is.
        if path == data and not mode & (stat.S_IRWXG | stat.S_IRWXO):
            return
        if path != data and mode & (stat.S_IRGRP | stat.S_IROTH | stat.S_IWGRP | stat.S_IWOTH):
            yield path.name


def _has_time_zones() -> bool:
    try:
        ZoneInfo("Europe/Berlin")
    except ZoneInfoNotFoundError:
        return False
    return True


def diagnose(facts: Facts) -> Iterator[Finding]:
    """Everything wrong with the facts, the gravest kinds first."""
    yield from _database(facts)
    yield from _settings(facts)
    yield from _engine(facts)
    yield from _mail(facts)
    yield from _inlets(facts)
    yield from _people(facts)
    yield from _machine(facts)


def _database(facts: Facts) -> Iterator[Finding]:
    if facts.trouble:
        yield Finding(
            "database", True, facts.trouble, "see docs/reference/settings.md, DATABASE_URL"
        )
    if facts.unknown:
        yield Finding(
            "database-newer",
            True,
            f"the database has seen {facts.unknown} migrations that this version does not know",
            "install the newer version that made them, or restore a backup of this one",
        )
    if facts.pending and not facts.trouble:
        yield Finding(
            "migrations",
            True,
            f"the database lacks {facts.pending} migrations of this version",
            "run `catenary migrate`, with the same --data and DATABASE_URL",
        )
    if facts.damage:
        yield Finding(
            "database-damaged",
            True,
            f"the database is damaged: {facts.damage[0][:200]}",
            "stop the server, keep the file, and restore the last backup into a new folder",
        )
    if facts.unguarded:
        yield Finding(
            "history-unguarded",
            True,
            f"the database would let anybody change history ({', '.join(facts.unguarded)})",
            "restore a backup into a new database: restoring makes the guards again",
        )
    if facts.log_mode != "wal":
        yield Finding(
            "write-ahead-log",
            False,
            f"SQLite writes in the mode '{facts.log_mode}', in which readers and writers wait for "
            "each other",
            "keep the data folder on a local disk: network file systems know no write-ahead log",
        )


def _settings(facts: Facts) -> Iterator[Finding]:
    names = set(facts.hosts)
    if facts.open_files:
        yield Finding(
            "data-folder",
            True,
            f"others on this machine may read what is kept in {facts.data}: "
            f"{', '.join(facts.open_files[:5])}",
            f"chmod 700 {facts.data}",
        )
    if len(facts.secret) < _SHORT_SECRET:
        yield Finding(
            "secret-key",
            True,
            f"CATENARY_SECRET_KEY is shorter than {_SHORT_SECRET} characters: sessions can be "
            "forged by guessing it",
            "leave it out and let the installation make its own, or take 50 random characters",
        )
    if "*" in names:
        yield Finding(
            "hosts",
            True,
            "CATENARY_HOSTS lets every name in: links in pages can be made to lead elsewhere",
            "name the hosts under which it is reached",
        )
    if facts.is_behind_tls and names <= _LOOPBACK:
        yield Finding(
            "hosts-loopback",
            True,
            "it stands behind TLS, but answers to no name other than localhost",
            "set CATENARY_HOSTS to the name people type",
        )
    if not facts.is_behind_tls and not names <= _LOOPBACK:
        yield Finding(
            "tls",
            True,
            "it is reached by other names than localhost, without TLS: passwords and sessions can "
            "be read on the way",
            "put a proxy with TLS before it and set CATENARY_TLS=1",
        )
    if 0 < len(facts.metrics_token) < _SHORT_TOKEN:
        yield Finding(
            "metrics-token",
            False,
            f"CATENARY_METRICS_TOKEN is shorter than {_SHORT_TOKEN} characters",
            "take a longer, random one",
        )


def _engine(facts: Facts) -> Iterator[Finding]:
    if not facts.is_followed:
        since = "yet"
        if facts.followed_at is not None:
            since = f"since {facts.followed_at:%Y-%m-%d %H:%M} UTC"
        yield Finding(
            "engine",
            True,
            f"no worker has followed what is reported {since}: what is shown may be out of date",
            "run `catenary serve` without CATENARY_ENGINE=off, or `catenary worker` on one machine "
            "or more; where one runs, its log says what keeps it",
        )
    elif facts.words_late > _LATE:
        yield Finding(
            "engine-behind",
            True,
            f"{facts.waiting_words} words and moments wait to be followed, "
            f"the oldest for {facts.words_late // timedelta(minutes=1)} minutes",
            "give it time after an import; otherwise see what the worker's log says",
        )


def _mail(facts: Facts) -> Iterator[Finding]:
    if facts.mail_trouble:
        yield Finding(
            "mail",
            True,
            f"the mail server cannot be used ({facts.mail_trouble}): nobody is told by e-mail",
            "mend CATENARY_MAIL_HOST and what stands beside it; what waits is sent then",
        )
    if facts.is_mail_without_address:
        yield Finding(
            "mail-address",
            False,
            "messages have no links and cannot be unsubscribed with one click, because nobody said "
            "where people reach this installation",
            "set CATENARY_ADDRESS, like https://catalogue.example.org",
        )
    if facts.subscribers_by_mail and not facts.is_mail_set:
        yield Finding(
            "mail-missing",
            True,
            f"{facts.subscribers_by_mail} want to be told by e-mail, and no mail server is set",
            "set CATENARY_MAIL_HOST and CATENARY_MAIL_FROM",
        )
    if facts.letters_late > _LATE:
        yield Finding(
            "outbox-waiting",
            True,
            f"{facts.waiting_letters} messages wait, "
            f"the oldest for {facts.letters_late // timedelta(minutes=1)} minutes",
            "see that `catenary serve` or `catenary worker` runs, and what its log says",
        )
    if facts.dead_letters:
        yield Finding(
            "outbox",
            False,
            f"{facts.dead_letters} messages could not be sent and were given up",
            "look at `catenary outbox`, mend the reason, and `catenary outbox --retry`",
        )


def _inlets(facts: Facts) -> Iterator[Finding]:
    if facts.unreadable_inlets:
        yield Finding(
            "inlets-secret",
            True,
            f"the secrets with which {_some(facts.unreadable_inlets)} signs cannot be read: "
            "nothing is taken through it",
            "restore CATENARY_SECRET_KEY or the file secret-key, or `catenary inlet renew`",
        )
    if facts.refusing_inlets:
        yield Finding(
            "inlets-refusing",
            False,
            f"much of what came through {_some(facts.refusing_inlets)} within a day was refused",
            "`catenary inlet show` says what and why: mend the sender, or the settings",
        )
    if facts.silent_inlets:
        yield Finding(
            "inlets-silent",
            False,
            f"nothing came through {_some(facts.silent_inlets)} for a week, or ever since it was "
            "opened",
            "look whether the sender still has its address and secret, or close the inlet",
        )


def _some(names: tuple[str, ...]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _people(facts: Facts) -> Iterator[Finding]:
    if not facts.operators:
        yield Finding(
            "no-operator",
            True,
            "nobody runs this installation: no active account is an operator's",
            "run `catenary user ADDRESS --operator`",
        )
    if facts.operators_without_second_factor:
        yield Finding(
            "second-factor",
            False,
            f"{facts.operators_without_second_factor} who see and may do everything sign in with a "
            "password alone",
            "set up a second factor on the account page; CATENARY_SECOND_FACTOR requires it",
        )
    if facts.asked_of_nobody:
        yield Finding(
            "second-factor-of-nobody",
            True,
            f"CATENARY_SECOND_FACTOR names {_some(facts.asked_of_nobody)}, which is no "
            "organization: nobody is asked for a second factor by that",
            "write everybody, operators, or the key of an organization",
        )
    if facts.example_people:
        yield Finding(
            "example-people",
            True,
            f"{facts.example_people} people of the example stories may sign in, with a password "
            "that was printed",
            "use a new data folder for real work; the demonstration belongs in one of its own",
        )


def _machine(facts: Facts) -> Iterator[Finding]:
    if facts.free_bytes < _ROOM:
        yield Finding(
            "disk",
            True,
            f"only {facts.free_bytes // 1024**2:,} MB are free where {facts.data} lies",
            "make room, or move the data folder",
        )
    if abs(facts.clock_differs) > timedelta(seconds=5):
        yield Finding(
            "clock",
            False,
            f"the database's clock differs by {abs(facts.clock_differs).total_seconds():.0f} s "
            "from this machine's: history would be in the wrong order",
            "let both keep time by NTP",
        )
    if not facts.has_time_zones:
        yield Finding(
            "time-zones",
            True,
            "there are no time zone data: service hours cannot be computed",
            "install the package tzdata",
        )
    if facts.last_backup is None:
        yield Finding(
            "backup",
            False,
            "no backup was made on this machine",
            "run `catenary backup FILE` daily",
        )
    elif facts.now - facts.last_backup > timedelta(days=1):
        days = (facts.now - facts.last_backup) / timedelta(days=1)
        yield Finding(
            "backup",
            False,
            f"the last backup on this machine is {days:.1f} days old",
            "run `catenary backup FILE` daily: deploy/catenary-backup.timer does",
        )
