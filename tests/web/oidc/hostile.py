"""A provider of our own on loopback, with real keys, that lies where it is told to.

Everything the standard asks of a provider is one honest answer; a test spoils one of them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT = "catenary"
SECRET = "a-secret-between-the-two-that-is-long-enough-for-hs256"
Spoil = Callable[[dict[str, Any]], None]


def fresh_key() -> rsa.RSAPrivateKey:
    """A private key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_jwk(key: rsa.RSAPrivateKey, kid: str = "one") -> dict[str, Any]:
    """Its public half, as a provider publishes it."""
    said: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**said, "kid": kid, "use": "sig", "alg": "RS256"}


@dataclass
class Grant:
    """A code that was given, and what it may be exchanged for."""

    nonce: str
    challenge: str
    redirect_uri: str
    claims: dict[str, Any]


@dataclass
class Hostile:
    """A running provider. ``claims`` spoils what an ID token says, ``sign`` makes the token,
    ``answers`` replaces what an address answers, ``seen`` are the addresses that were asked."""

    key: rsa.RSAPrivateKey
    issuer: str = ""
    claims: Spoil = lambda claims: None
    userinfo: Spoil = lambda said: None
    sign: Callable[[dict[str, Any]], str] | None = None
    answers: dict[str, tuple[int, bytes, dict[str, str]]] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    keys: list[dict[str, Any]] = field(default_factory=list)

    def authorize(self, asked: str, **claims: Any) -> dict[str, str]:
        """Let somebody with these claims in; what the browser carries back."""
        query = {name: said[0] for name, said in parse_qs(urlsplit(asked).query).items()}
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        said = {"sub": "subject-1", "email_verified": True, **claims}
        self.grants[code] = Grant(
            query["nonce"], query["code_challenge"], query["redirect_uri"], said
        )
        return {"code": code, "state": query["state"]}

    def configuration(self) -> dict[str, Any]:
        """What it says of itself."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/me",
            "response_types_supported": ["code"],
        }

    def exchange(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """A code for tokens, once, to whoever has the verifier."""
        grant = self.grants.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        wrong = grant is None or grant.challenge != challenge
        if wrong or grant is None or form.get("redirect_uri") != grant.redirect_uri:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": grant.nonce,
            **grant.claims,
        }
        self.claims(claims)
        token = self.sign(claims) if self.sign else self.signed(claims)
        access = secrets.token_urlsafe(16)
        self.tokens[access] = dict(grant.claims)
        return 200, {"access_token": access, "token_type": "Bearer", "id_token": token}

    def signed(self, claims: dict[str, Any], **header: Any) -> str:
        """An honestly signed token."""
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "one", **header})


def _handler(hostile: Hostile) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            hostile.seen.append(path)
            if path in hostile.answers:
                self.say(*hostile.answers[path])
            elif path == "/.well-known/openid-configuration":
                self.say_json(200, hostile.configuration())
            elif path == "/keys":
                self.say_json(200, {"keys": hostile.keys or [public_jwk(hostile.key)]})
            elif path == "/me":
                said = hostile.tokens.get(self.headers["Authorization"].partition(" ")[2])
                if said is None:
                    self.say_json(401, {"error": "invalid_token"})
                    return
                hostile.userinfo(said)
                self.say_json(200, said)
            else:
                self.say_json(404, {})

        def do_POST(self) -> None:
            path = urlsplit(self.path).path
            hostile.seen.append(path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if path in hostile.answers:
                self.say(*hostile.answers[path])
                return
            form = {name: said[0] for name, said in parse_qs(body).items()}
            assert form["client_id"] == CLIENT and form["client_secret"] == SECRET
            self.say_json(*hostile.exchange(form))

        def say_json(self, status: int, said: Any) -> None:
            self.say(status, json.dumps(said).encode(), {"Content-Type": "application/json"})

        def say(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Quiet."""

    return Handler


@contextmanager
def running(key: rsa.RSAPrivateKey) -> Iterator[Hostile]:
    """The provider on a free port of this machine."""
    hostile = Hostile(key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hostile))
    server.daemon_threads = True
    hostile.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hostile
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
