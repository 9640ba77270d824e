#!/usr/bin/env python3
"""Set up what is missing, and nothing that is there already.

`set_up.py product` makes `.venv` with what Catenary needs to run, `development` adds the
linters and test tools, and `tests` adds PostgreSQL and Chromium: from Debian's packages when
we may install them, otherwise it says exactly what to install and stops. It also adds an OpenID
provider from npm when there is npm; without it the tests that need it are skipped and say so.
So are those with real monitors, which are only installed on machines of CI.
It needs the standard library only, because it runs before anything else is there.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "catenary-set-up"
PROVIDER = VENV / "oidc-provider"
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
EXTRAS = {"product": "", "development": "[dev,fast]"}
ATTEMPTS = 3

#: Programs of monitors by the package that has them.
MONITORS = {
    "prometheus": "prometheus",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "icinga2": "icinga2-bin",
    "curl": "curl",
}
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class CannotSetUp(Exception):
    """Something is missing that this script may not install; the message says what to do."""


def say(sentence: str) -> None:
    """Tell the person waiting what is being done."""
    print(f"set-up: {sentence}", flush=True)


def run(*command: str, env: dict[str, str] | None = None) -> bool:
    """Run a command in the project's folder; true when it ended well."""
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode == 0


def may_install_packages() -> bool:
    """True when this user can install Debian packages."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install_packages(packages: list[str]) -> None:
    """Install Debian packages, or say which ones somebody has to install."""
    wanted = " ".join(packages)
    by_hand = f"apt-get update && apt-get install --no-install-recommends {wanted}"
    if not may_install_packages():
        raise CannotSetUp(
            f"Missing: {wanted}. Only an administrator can install packages. Run as root, then"
            f" try again:\n    {by_hand}"
        )
    say(f"installing {wanted} from the system's packages")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    apt = ("apt-get", "-qq", "-o", "Acquire::Retries=3", "-o", "Dpkg::Use-Pty=0")
    # An old package list is a nuisance only if it makes the installation fail, so the result of
    # the update is not looked at.
    run(*apt, "update", env=env)
    if not run(*apt, "install", "-y", "--no-install-recommends", *packages, env=env):
        raise CannotSetUp(f"{wanted} could not be installed. Try it by hand:\n    {by_hand}")


def fingerprint() -> str:
    """What an environment was made from: the same text means it need not be made again."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def what_is_set_up() -> str:
    """`product` or `development` when `.venv` is current, else an empty string."""
    try:
        kind, _, made_from = STAMP.read_text(encoding="ascii").partition(" ")
    except (OSError, UnicodeDecodeError):
        return ""
    return kind if kind in EXTRAS and made_from == fingerprint() and venv_runs() else ""


def venv_runs() -> bool:
    """True when the environment's Python starts and is new enough, and its programs find it."""
    check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    try:
        # Each program names its Python in its first lines; they do not survive a move.
        if str(VENV).encode() not in (VENV / "bin/pip").read_bytes()[:500]:
            return False
        done = subprocess.run([VENV / "bin/python", "-c", check], check=False, capture_output=True)
    except OSError:
        return False
    return done.returncode == 0


def make_venv() -> None:
    """Make `.venv` anew, with pip in it."""
    command = (sys.executable, "-m", "venv", "--clear", str(VENV))
    say("making .venv")
    if subprocess.run(command, check=False, capture_output=True).returncode == 0:
        return
    # Debian keeps ensurepip, which venv needs, in a package of its own.
    install_packages([f"python3.{sys.version_info.minor}-venv"])
    if not run(*command):
        raise CannotSetUp("Python could not make a virtual environment: its message is above.")


def install(kind: str) -> None:
    """Install Catenary and what `kind` asks for, in the versions of constraints.txt."""
    pip = (str(VENV / "bin/python"), "-m", "pip", "install")
    # Twice quiet: errors, but no warnings about what pip itself will try again.
    quiet = (
        "-qq",
        "--disable-pip-version-check",
        "--no-input",
        "--retries",
        "5",
        "--timeout",
        "60",
    )
    what = ("--constraint", "constraints.txt", "--editable", f".{EXTRAS[kind]}")
    # pip warns when root installs; this is a virtual environment, where it does no harm.
    env = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}
    say("installing Python packages (a minute or two)")
    for attempt in range(1, ATTEMPTS + 1):
        if run(*pip, *quiet, *what, env=env):
            return
        if attempt < ATTEMPTS:
            say(f"that did not work; trying again ({attempt + 1} of {ATTEMPTS})")
            time.sleep(5 * attempt)
    raise CannotSetUp(
        "The Python packages could not be installed: pip's message is above. Is there a network,"
        " or a package mirror named in pip's configuration?"
    )


def set_up_venv(kind: str) -> None:
    """Make the environment current for `kind`; a development one serves the product as well."""
    found = what_is_set_up()
    if found in (kind, "development"):
        return
    if venv_runs():
        # What was asked for once stays: running the product must not take the test tools away.
        kind = "development" if (VENV / "bin/pytest").exists() else kind
    else:
        make_venv()
    STAMP.unlink(missing_ok=True)
    install(kind)
    STAMP.write_text(f"{kind} {fingerprint()}", encoding="ascii")


def postgresql_is_there() -> bool:
    """True when PostgreSQL's server programs can be found."""
    return shutil.which("initdb") is not None or any(
        Path("/usr/lib/postgresql").glob("*/bin/initdb")
    )


def chromium_is_there() -> bool:
    """True when there is a Chromium for the browser journeys."""
    named = os.environ.get("CATENARY_CHROMIUM")
    return any(map(shutil.which, [named] if named else CHROMIUMS))


def set_up_provider() -> None:
    """The OpenID provider that sign-in is tested with, in the versions of its lock file."""
    wanted = ROOT / "tests" / "web" / "oidc"
    lock = (wanted / "package-lock.json").read_bytes()
    made = PROVIDER / "package-lock.json"
    if made.is_file() and made.read_bytes() == lock and (PROVIDER / "node_modules").is_dir():
        return
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        say("no node and npm here: the tests that need an OpenID provider will be skipped")
        return
    say("installing an OpenID provider for the tests")
    shutil.rmtree(PROVIDER, ignore_errors=True)
    PROVIDER.mkdir(parents=True)
    shutil.copy2(wanted / "package.json", PROVIDER)
    quiet = ("--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
    # The lock is read from a name npm does not rewrite, and kept under its own only when all went
    # well: it is the mark that nothing is missing.
    (PROVIDER / "npm-shrinkwrap.json").write_bytes(lock)
    # Node knows a list of authorities of its own, and not those somebody added to this machine's.
    if AUTHORITIES.is_file():
        os.environ.setdefault("NODE_EXTRA_CA_CERTS", str(AUTHORITIES))
    if run(npm, "ci", *quiet, "--prefix", str(PROVIDER)):
        made.write_bytes(lock)
    else:
        say("that did not work: the tests that need an OpenID provider will be skipped")


def set_up_second_provider() -> None:
    """Another OpenID provider, from Debian's packages, on machines of CI alone: the package
    starts a service of its own with a password everybody knows."""
    if shutil.which("glewlwyd") or os.environ.get("CI") != "true" or not may_install_packages():
        return
    try:
        install_packages(["glewlwyd"])
    except CannotSetUp as problem:
        say(f"the tests with a second OpenID provider will be skipped: {problem}")


def set_up_monitors() -> None:
    """Prometheus, its Alertmanager and Icinga, from Debian's packages, on machines of CI alone: the
    packages start services of their own where services are started."""
    if all(map(shutil.which, MONITORS)):
        return
    if os.environ.get("CI") != "true" or not may_install_packages():
        say(f"no {' and '.join(MONITORS)} here: the tests with real monitors will be skipped")
        return
    try:
        install_packages(list(MONITORS.values()))
    except CannotSetUp as problem:
        say(f"the tests with real monitors will be skipped: {problem}")


def set_up_tests() -> None:
    """PostgreSQL, Chromium and an OpenID provider, beside the development environment."""
    missing = []
    if not postgresql_is_there():
        missing.append("postgresql")
    if not chromium_is_there():
        missing.append("chromium")
    if missing:
        install_packages(missing)
    set_up_venv("development")
    set_up_provider()
    set_up_second_provider()
    set_up_monitors()


def main(arguments: list[str]) -> int:
    """Set up what the one argument names; 0 when it is there, 2 when it could not be."""
    if len(arguments) != 1 or arguments[0] not in (*EXTRAS, "tests"):
        print("usage: set_up.py product | development | tests", file=sys.stderr)
        return 2
    try:
        if arguments[0] == "tests":
            set_up_tests()
        else:
            set_up_venv(arguments[0])
    except CannotSetUp as problem:
        print(f"set-up: {problem}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
