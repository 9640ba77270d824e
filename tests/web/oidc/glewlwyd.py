"""The OpenID provider of Debian's packages, set up through its own interface, on loopback."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from cryptography.hazmat.primitives import serialization

from tests.product import free_port, stop
from tests.web.oidc.hostile import CLIENT, SECRET, fresh_key

PROGRAM = shutil.which("glewlwyd")
TABLES = Path("/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3")
MODULES = "/usr/lib/glewlwyd"
PASSWORD = "password"  # what the package gives its first administrator

CONFIGURATION = """
port={port}
bind_address="127.0.0.1"
external_url="{url}"
login_url="login.html"
api_prefix="api"
log_mode="console"
log_level="WARNING"
cookie_secure=0
session_expiration=3600
session_key="GLEWLWYD2_SESSION_ID"
admin_session_authentication="cookie"
profile_session_authentication="cookie"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="{modules}/user"
client_module_path="{modules}/client"
user_auth_scheme_module_path="{modules}/scheme"
plugin_module_path="{modules}/plugin"
use_secure_connection=false
secure_connection_key_file=""
secure_connection_pem_file=""
hash_algorithm="SHA512"
database = {{ type = "sqlite3"; path = "{database}"; }};
"""


@dataclass
class Glewlwyd:
    """A running provider. ``visitor`` is a browser signed in to it."""

    url: str
    issuer: str
    visitor: requests.Session

    def call(self, method: str, path: str, said: Any) -> None:
        """Ask its own interface for something."""
        answer = self.visitor.request(method, f"{self.url}/api/{path}", json=said, timeout=10)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:400]}"

    def authorize(self, asked: str) -> str:
        """Go where we were sent; the address it sends one back to."""
        # What its page for signing in adds once somebody has chosen to go on as who they are.
        answer = self.visitor.get(f"{asked}&g_continue", allow_redirects=False, timeout=10)
        return answer.headers["Location"]


@contextmanager
def running(folder: Path, redirect: str) -> Iterator[Glewlwyd]:
    """The provider, with one client and one person (lara) who granted it everything."""
    assert PROGRAM is not None
    port = free_port()
    url = f"http://localhost:{port}"
    database = folder / "glewlwyd.db"
    with sqlite3.connect(database) as tables:
        tables.executescript(TABLES.read_text())
    configuration = folder / "glewlwyd.conf"
    configuration.write_text(
        CONFIGURATION.format(port=port, url=url, modules=MODULES, database=database)
    )
    with (folder / "glewlwyd.log").open("wb") as log:
        process = subprocess.Popen(
            [PROGRAM, f"--config-file={configuration}"],
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait(url, process, folder / "glewlwyd.log")
            provider = Glewlwyd(url, f"{url}/api/oidc", requests.Session())
            _set_up(provider, redirect)
            yield provider
        finally:
            stop(process)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        assert process.poll() is None, log.read_text(errors="replace")
        try:
            if requests.get(f"{url}/config", timeout=1).status_code:
                return
        except requests.ConnectionError:
            time.sleep(0.05)
    raise AssertionError(log.read_text(errors="replace"))


def _set_up(provider: Glewlwyd, redirect: str) -> None:
    provider.call("POST", "auth/", {"username": "admin", "password": PASSWORD})
    key = fresh_key()
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    parameters = {
        "iss": provider.issuer,
        "jwt-type": "rsa",
        "jwt-key-size": "256",
        "key": private.decode(),
        "cert": public.decode(),
        "access-token-duration": 3600,
        "refresh-token-duration": 3600,
        "code-duration": 60,
        "refresh-token-rolling": True,
        "auth-type-code-enabled": True,
        "auth-type-token-enabled": False,
        "auth-type-id-token-enabled": True,
        "auth-type-password-enabled": False,
        "auth-type-client-enabled": False,
        "auth-type-refresh-enabled": True,
        "auth-type-device-enabled": False,
        "allow-non-oidc": False,
        "jwks-show": True,
        "pkce-allowed": True,
        "pkce-required": True,
        "pkce-method-plain-allowed": False,
        "name-claim": "mandatory",
        "email-claim": "mandatory",
        "scope-claim": "no",
        "subject-type": "public",
    }
    plugin = {"module": "oidc", "name": "oidc", "display_name": "OIDC", "parameters": parameters}
    provider.call("POST", "mod/plugin/", {**plugin, "enabled": True})
    client = {
        "client_id": CLIENT,
        "name": "Catenary",
        "enabled": True,
        "confidential": True,
        "client_secret": SECRET,
        "redirect_uri": [redirect],
        "authorization_type": ["code"],
        "token_endpoint_auth_method": ["client_secret_basic", "client_secret_post"],
        "scope": ["openid"],
    }
    provider.call("POST", "client/", client)
    person = {
        "username": "lara",
        "name": "Lara",
        "email": "lara@alpha.example",
        "password": "a-long-password",
        "enabled": True,
        "scope": ["openid"],
    }
    provider.call("POST", "user/", person)
    provider.visitor = requests.Session()
    provider.call("POST", "auth/", {"username": "lara", "password": "a-long-password"})
    provider.call("PUT", f"auth/grant/{CLIENT}", {"scope": "openid"})
