"""Reading the settings about e-mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from catenary.config.access import whole_number

_TLS = {"starttls": 587, "tls": 465, "off": 25}


@dataclass(frozen=True, slots=True)
class Mail:
    """The SMTP server, and as whom we write; without a host no e-mail is sent."""

    host: str = ""
    port: int = 587
    tls: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""


def mail_settings(environment: Mapping[str, str]) -> Mail:
    """The settings ``CATENARY_MAIL_…``; ``ImproperlyConfigured`` when they contradict."""
    host = environment.get("CATENARY_MAIL_HOST", "").strip()
    if not host:
        return Mail()
    tls = environment.get("CATENARY_MAIL_TLS", "").strip() or "starttls"
    if tls not in _TLS:
        raise ImproperlyConfigured(f"CATENARY_MAIL_TLS is one of {', '.join(_TLS)}")
    sender = environment.get("CATENARY_MAIL_FROM", "").strip()
    name, address = parseaddr(sender)
    if not address or "@" not in address or not sender.isprintable():
        raise ImproperlyConfigured(
            "CATENARY_MAIL_HOST needs CATENARY_MAIL_FROM beside it, like "
            "Catenary <catenary@example.org>"
        )
    user = environment.get("CATENARY_MAIL_USER", "")
    password = environment.get("CATENARY_MAIL_PASSWORD", "")
    if password and not user:
        raise ImproperlyConfigured("CATENARY_MAIL_PASSWORD needs CATENARY_MAIL_USER beside it")
    port = whole_number("CATENARY_MAIL_PORT", _TLS[tls], 1, 65535)
    return Mail(host, port, tls, user, password, sender)


def own_address(environment: Mapping[str, str]) -> str:
    """The setting ``CATENARY_ADDRESS`` without a slash at its end; empty when it is not set."""
    said = environment.get("CATENARY_ADDRESS", "").strip().rstrip("/")
    parts = urlsplit(said)
    if said and (parts.scheme not in ("https", "http") or not parts.netloc or parts.path):
        raise ImproperlyConfigured("CATENARY_ADDRESS is like https://catalogue.example.org")
    return said
