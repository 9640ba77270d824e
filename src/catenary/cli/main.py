"""Every command with its options. What a command does stands in the module it imports: so
``catenary --help`` loads neither Django nor numpy."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from catenary.cli.commands_of_conditions import app as conditions
from catenary.cli.commands_of_inlets import app as inlets
from catenary.cli.commands_of_running import app as running
from catenary.cli.options import (
    AsOf,
    By,
    Data,
    Folder,
    Json,
    Prune,
    Seen,
    SeenHouse,
    Source,
    TakeOver,
)

app = typer.Typer(
    name="catenary",
    help="Service portfolio, catalogue and assurance over the whole chain of promises.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        from catenary import __version__

        typer.echo(f"catenary {__version__}")
        raise typer.Exit


app.add_typer(running)
app.add_typer(conditions)
app.add_typer(inlets)


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catenary.config.settings")


@app.command()
def check(
    folder: Annotated[
        Path | None, typer.Argument(help="Catalogue files. Without: the live catalogue.")
    ] = None,
    seen: Seen = "",
    by: By = "",
    json: Json = False,
    sarif: Annotated[
        Path | None, typer.Option(help="Write the findings as SARIF, for code hosts.")
    ] = None,
    fail_on: Annotated[
        str, typer.Option(help="Exit with 1 from this severity on: error, warning, notice.")
    ] = "warning",
    data: Data = None,
) -> None:
    """Check definitions, on files or on the live catalogue."""
    from catenary.cli.checking import check_files, check_live

    if folder is None:
        check_live(data=data, seen=seen, by=by, json=json, sarif=sarif, fail_on=fail_on)
    else:
        if seen or by:
            raise typer.BadParameter("--as and --by are for the live catalogue, without a folder")
        check_files(folder=folder, json=json, sarif=sarif, fail_on=fail_on)


@app.command()
def plan(
    folder: Folder,
    source: Source = "",
    prune: Prune = False,
    take_over: TakeOver = False,
    json: Json = False,
    data: Data = None,
) -> None:
    """Show what applying the files would change."""
    from catenary.cli.catalogue import show_plan

    show_plan(folder=folder, source=source, prune=prune, take_over=take_over, json=json, data=data)


@app.command()
def apply(
    folder: Folder,
    source: Source = "",
    prune: Prune = False,
    take_over: TakeOver = False,
    by: By = "",
    note: Annotated[str, typer.Option(help="Why, for the history.")] = "",
    json: Json = False,
    data: Data = None,
) -> None:
    """Make the catalogue say what the files say: all or nothing."""
    from catenary.cli.catalogue import apply_files

    apply_files(
        folder=folder,
        source=source,
        prune=prune,
        take_over=take_over,
        by=by,
        note=note,
        json=json,
        data=data,
    )


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Where to write the files.")],
    seen: Seen = "",
    as_of: AsOf = "",
    by: By = "",
    force: Annotated[
        bool, typer.Option("--force", help="Write into a folder that holds other YAML too.")
    ] = False,
    json: Json = False,
    data: Data = None,
) -> None:
    """Write the catalogue out as files."""
    from catenary.cli.catalogue import export_files

    export_files(folder=folder, seen=seen, as_of=as_of, by=by, force=force, json=json, data=data)


@app.command(name="import")
def import_(
    kind: Annotated[
        str, typer.Argument(help="csv, compose, backstage, archimate, cstate, upptime.")
    ],
    sources: Annotated[list[Path], typer.Argument(help="Files or folders to read.")],
    mapping: Annotated[
        Path | None,
        typer.Option(help="csv: what the columns mean; others: what is called what."),
    ] = None,
    provider: Annotated[
        str, typer.Option(help="Key of the organization that provides (not csv).")
    ] = "",
    name: Annotated[str, typer.Option(help="Name of that organization.")] = "",
    source: Annotated[
        str, typer.Option(help="The name under which this import manages what it brings.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and plan only.")] = False,
    prune: Prune = False,
    take_over: TakeOver = False,
    report: Annotated[Path | None, typer.Option(help="Write the row-by-row report as CSV.")] = None,
    by: By = "",
    json: Json = False,
    data: Data = None,
) -> None:
    """Bring in what another tool holds: what was taken, changed, rejected and why."""
    from catenary.cli.importing import import_sources

    import_sources(
        kind=kind,
        sources=sources,
        mapping=mapping,
        provider=provider,
        name=name,
        source=source,
        dry_run=dry_run,
        prune=prune,
        take_over=take_over,
        report=report,
        by=by,
        json=json,
        data=data,
    )


@app.command()
def show(
    reference: Annotated[str, typer.Argument(help="organization/service, or organization.")],
    seen: Seen = "",
    as_of: AsOf = "",
    by: By = "",
    json: Json = False,
    data: Data = None,
) -> None:
    """Show one service or organization."""
    from catenary.cli.showing import show_reference

    show_reference(reference=reference, seen=seen, as_of=as_of, by=by, json=json, data=data)


@app.command()
def hours(
    reference: Annotated[str, typer.Argument(help="The calendar: organization/calendar.")],
    days: Annotated[int, typer.Option(min=1, max=400, help="So many days from today.")] = 7,
    ics: Annotated[
        bool, typer.Option("--ics", help="Print the openings of the year ahead as iCalendar.")
    ] = False,
    closed_days: Annotated[
        Path | None,
        typer.Option("--closed-days", help="Bring in the whole days of this iCalendar file."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Try it, and change nothing.")] = False,
    take_over: TakeOver = False,
    seen: Seen = "",
    by: By = "",
    json: Json = False,
    data: Data = None,
) -> None:
    """Say when a calendar is open, or bring closed days into it."""
    from catenary.cli.hours import bring_days, show_hours

    if closed_days is not None:
        bring_days(
            reference=reference,
            file=closed_days,
            dry_run=dry_run,
            take_over=take_over,
            by=by,
            json=json,
            data=data,
        )
    else:
        show_hours(reference=reference, days=days, ics=ics, seen=seen, by=by, json=json, data=data)


@app.command()
def chain(
    reference: Annotated[str, typer.Argument(help="organization/service")],
    depth: Annotated[int, typer.Option(min=0, help="How many steps; 0 for all.")] = 3,
    up: Annotated[bool, typer.Option("--up", help="Only who relies on it.")] = False,
    down: Annotated[bool, typer.Option("--down", help="Only what it relies on.")] = False,
    seen: Seen = "",
    as_of: AsOf = "",
    by: By = "",
    json: Json = False,
    data: Data = None,
) -> None:
    """Show the chain of a service: what it relies on, and who relies on it."""
    from catenary.cli.showing import show_chain

    show_chain(
        reference=reference,
        depth=depth,
        up=up,
        down=down,
        seen=seen,
        as_of=as_of,
        by=by,
        json=json,
        data=data,
    )


@app.command()
def impact(
    references: Annotated[
        list[str],
        typer.Argument(help="The services that fail; REF=CONDITION supposes one of each."),
    ],
    condition: Annotated[
        str, typer.Option(help="What they are asked to be: down or degraded.")
    ] = "down",
    basis: Annotated[
        str,
        typer.Option(help="REF=CONDITION: start from live conditions, or from all being fine."),
    ] = "live",
    seen: Seen = "",
    as_of: AsOf = "",
    by: By = "",
    limit: Annotated[
        int,
        typer.Option(min=1, help="List so many of each kind, the worst first; all are counted."),
    ] = 100,
    json: Json = False,
    data: Data = None,
) -> None:
    """Say who is hit when services fail: services, organizations, outcomes, and why."""
    from catenary.cli.impact import show_impact
    from catenary.cli.supposing import is_supposing, show_what_if

    if is_supposing(references):
        show_what_if(
            told=references,
            basis=basis,
            seen=seen,
            as_of=as_of,
            by=by,
            limit=limit,
            json=json,
            data=data,
        )
        return
    show_impact(
        references=references,
        condition=condition,
        seen=seen,
        as_of=as_of,
        by=by,
        limit=limit,
        json=json,
        data=data,
    )


@app.command()
def changes(
    since: Annotated[
        str, typer.Option("--from", help="From this ISO date (its beginning) or time on.")
    ] = "",
    until: Annotated[str, typer.Option("--to", help="Up to this ISO date (its end) or time.")] = "",
    organization: Annotated[
        str, typer.Option(help="Only of this organization and those below it.")
    ] = "",
    service: Annotated[str, typer.Option(help="Only of this service.")] = "",
    person: Annotated[str, typer.Option(help="Only by this person (e-mail).")] = "",
    door: Annotated[str, typer.Option(help="Only through: web, api or command-line.")] = "",
    source: Annotated[str, typer.Option(help="Only by this source, like folder:NAME.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="So many at most.")] = 50,
    seen: SeenHouse = "",
    by: By = "",
    json: Json = False,
    data: Data = None,
) -> None:
    """Say what changed between two moments, and by whom."""
    from catenary.cli.changes import show_changes

    show_changes(
        since=since,
        until=until,
        organization=organization,
        service=service,
        person=person,
        door=door,
        source=source,
        limit=limit,
        seen=seen,
        by=by,
        json=json,
        data=data,
    )


@app.command()
def user(
    email: Annotated[str, typer.Argument(help="Their e-mail address.")],
    operator: Annotated[
        bool, typer.Option("--operator", help="Runs the installation: sees and may do all.")
    ] = False,
    unlink: Annotated[
        bool,
        typer.Option("--unlink", help="Only forget which identity of a provider signs in as them."),
    ] = False,
    close: Annotated[
        bool, typer.Option("--close", help="Let them in no more: no password, session or token.")
    ] = False,
    reset_second_factor: Annotated[
        bool,
        typer.Option(
            "--reset-second-factor", help="Only take away their app, passkeys and recovery codes."
        ),
    ] = False,
    data: Data = None,
) -> None:
    """Let somebody sign in: prints a generated password, once."""
    from catenary.cli.running import add_user, close_user

    if unlink or reset_second_factor:
        from catenary.cli.ways_in import take_back

        take_back(email=email, identity=unlink, factors=reset_second_factor, data=data)
        return
    if close:
        close_user(email=email, data=data)
        return
    add_user(email=email, operator=operator, data=data)


@app.command()
def token(
    action: Annotated[str, typer.Argument(help="issue, list or revoke.")],
    which: Annotated[
        str, typer.Argument(help="issue: what the token is for; revoke: the token's id.")
    ] = "",
    email: Annotated[
        str, typer.Option("--for", help="Whose token: the address they sign in with.")
    ] = "",
    scope: Annotated[str, typer.Option(help="issue: read, write or admin.")] = "read",
    days: Annotated[int, typer.Option(min=1, max=366, help="issue: how long it lasts.")] = 90,
    json: Json = False,
    data: Data = None,
) -> None:
    """Give a program a token for the API, list tokens, or revoke one."""
    from catenary.cli.tokens import run_token

    run_token(action=action, which=which, email=email, scope=scope, days=days, json=json, data=data)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, or to look at.")],
    verify: Annotated[
        bool, typer.Option("--verify", help="Look at a backup that is there: is it whole?")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file of that name.")] = False,
    json: Json = False,
    data: Data = None,
) -> None:
    """Write everything this installation keeps into one file, while it runs."""
    from catenary.cli.keeping import make_backup

    make_backup(file=file, verify=verify, force=force, json=json, data=data)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `catenary backup` wrote.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Give up everything that is there now.")
    ] = False,
    json: Json = False,
    data: Data = None,
) -> None:
    """Put a backup into this installation: all of it, or nothing."""
    from catenary.cli.keeping import restore_from

    restore_from(file=file, replace=replace, json=json, data=data)


@app.command()
def doctor(json: Json = False, data: Data = None) -> None:
    """Say what is misconfigured here, and how to mend it."""
    from catenary.cli.doctor import see_the_doctor

    see_the_doctor(json=json, data=data)


@app.command()
def schema() -> None:
    """Print the JSON Schema of catalogue files, for editors."""
    from catenary.cli.catalogue import print_schema

    print_schema()
