"""Handing a message to the SMTP server of this installation (settings: ``CATENARY_MAIL_…``)."""

from __future__ import annotations

import smtplib
import ssl

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

_PATIENCE = 20


class NotSent(Exception):
    """The server did not take it. ``is_final``: it will not take it later either; ``trouble`` is
    why, as its receiver may know it (`domain.deliveries`)."""

    def __init__(
        self, sentence: str, *, trouble: str = "mail-server", is_final: bool = False
    ) -> None:
        super().__init__(sentence)
        self.trouble = trouble
        self.is_final = is_final


def send(message: EmailMultiAlternatives) -> None:
    """Send one message. Raises `NotSent` when the server did not say that it has it."""
    if not settings.MAIL.host:
        raise NotSent("no mail server is set: CATENARY_MAIL_HOST", trouble="no-mail-server")
    backend = _backend(_PATIENCE)
    try:
        backend.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise NotSent(
            f"the mail server refused the receiver ({codes})",
            trouble="receiver-refused",
            is_final=min(codes) >= 500,
        ) from error
    except smtplib.SMTPResponseException as error:
        # A server that greylists, is full or does not like us today says so with a 4xx.
        raise NotSent(f"the mail server said {error.smtp_code}") from error
    except (OSError, smtplib.SMTPException, ssl.SSLError) as error:
        raise NotSent(f"the mail server was not reached ({type(error).__name__})") from error


def reachable() -> str:
    """Why the mail server cannot be used at this moment; empty when it can, or none is set."""
    if not settings.MAIL.host:
        return ""
    backend = _backend(5)
    try:
        backend.open()
    except (OSError, smtplib.SMTPException) as error:
        return f"{type(error).__name__}"
    finally:
        backend.close()
    return ""


def _backend(timeout: int) -> EmailBackend:
    """The mail server that is set, which is given so many seconds."""
    mail = settings.MAIL
    return EmailBackend(
        host=mail.host,
        port=mail.port,
        username=mail.user,
        password=mail.password,
        use_tls=mail.tls == "starttls",
        use_ssl=mail.tls == "tls",
        timeout=timeout,
    )
