"""A real Icinga 2, set up as the page about it says, finds that something is down and up again."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.connectors.monitors import command, operator_of, program, started, wait_until
from tests.product import Product, serving

NETWORK = "hospital-it/network"
SETTINGS = f"services: {{db01;postgres: {NETWORK}}}\n"
#: What is looked at is a file with a code in it.
WATCHED = """
include <itl>
const NodeName = "monitor"
object CheckerComponent "checker" {{}}
{documented}
object CheckCommand "looks" {{
  command = [ "{plugin}" ]
}}
object Host "db01" {{
  check_command = "looks"
  enable_active_checks = false
}}
object Service "postgres" {{
  import "told-to-catenary"
  host_name = "db01"
  check_command = "looks"
  check_interval = 1s
  retry_interval = 1s
  max_check_attempts = 1
}}
"""
PLUGIN = """#!/bin/sh
code=$(cat {code}); echo "$code" > {code}.seen
echo "POSTGRES <b>$code</b>; it answers so|time=3s"
exit "$code"
"""


def documented(root: Path, language: str) -> str:
    """The last block of a language in the page about Icinga."""
    page = (root / "docs/how-to/sources/nagios.md").read_text()
    blocks: list[str] = re.findall(rf"^```{language}\n(.*?)^```$", page, re.M | re.S)
    return blocks[-1]


def executable(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


@contextmanager
def monitored(product: Product, folder: Path, root: Path) -> Iterator[Path]:
    """An Icinga 2 that looks at a file each second; gives that file."""
    icinga = program("icinga2")
    (folder / "settings.yaml").write_text(SETTINGS)
    settings = ("--settings", str(folder / "settings.yaml"))
    inlet = command(product, "inlet", "open", "hospital-it/icinga", "--kind", "nagios", *settings)
    code = folder / "code"
    code.write_text("0")
    header = folder / "catenary.header"
    header.write_text(f"Authorization: Bearer {inlet['secret']}\n")
    script = documented(root, "sh").replace("/etc/icinga2/catenary.header", str(header))
    address = "https://catenary.example/in/nagios/KEY"
    assert address in script
    executable(folder / "catenary.sh", script.replace(address, product.url + inlet["address"]))
    executable(folder / "plugin", PLUGIN.format(code=code))
    said = documented(root, "icinga").replace("/etc/icinga2/scripts/catenary.sh",
                                              str(folder / "catenary.sh"))  # fmt: skip
    configuration = folder / "icinga2.conf"
    configuration.write_text(WATCHED.format(documented=said, plugin=folder / "plugin"))
    # Else it becomes a user of its own, who may not read what is a test's.
    defined = {"RunAsUser": "root", "RunAsGroup": "root"} if os.geteuid() == 0 else {}
    for name in ("DataDir", "LogDir", "CacheDir", "InitRunDir", "SpoolDir"):
        defined[name] = str(folder / name)
        (folder / name).mkdir()
    parts = [f"-D{name}={value}" for name, value in defined.items()]
    with started([icinga, "daemon", "-c", str(configuration), *parts], folder / "icinga.log"):
        yield code


@pytest.mark.journey
def test_what_icinga_finds_is_told_and_its_end_too(demo: Path, tmp_path: Path, root: Path) -> None:
    program("icinga2"), program("curl")
    data = tmp_path / "data"
    data.mkdir()
    log = tmp_path / "icinga.log"
    with serving(demo, data, environment={"CATENARY_ENGINE": ""}) as product:
        operator = operator_of(product)

        def said(of: str) -> Any:
            return operator.get(f"{product.url}/api/v1/{of}").json()

        def status() -> Any:
            return said(f"services/{NETWORK}/status?as=st-mary")

        with monitored(product, tmp_path, root) as code:
            wait_until(code.with_suffix(".seen").exists, log)
            code.write_text("2")
            wait_until(lambda: status()["condition"] == "down", log)
            told = str(status())
            code.write_text("0")
            wait_until(lambda: status()["condition"] == "operational", log)
        account = said("inlets/hospital-it/icinga")

    assert "POSTGRES <b>2</b>; it answers so" in told and "time=3s" not in told
    assert account["refused"] == 0 and account["taken"] >= 2
