"""E-mail, proved against a real SMTP server on loopback."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from catenary.apps.monitoring.queries.announcements import MaintenanceTold, PlannedService
from catenary.apps.monitoring.queries.notices import CauseTold, ChangeTold, Notice
from catenary.config.mail import Mail
from catenary.connectors.mail.message import message_of
from catenary.connectors.mail.sending import NotSent, reachable, send
from catenary.connectors.notices.addresses import unsubscribed
from tests.product import free_port

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


@dataclass
class Server:
    """What a real server received, and how it answers the next receivers."""

    port: int = 0
    received: list[EmailMessage] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.received.append(message)
        return "250 taken"


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    found = Server()
    found.port = free_port()
    controller = Controller(found, hostname="127.0.0.1", port=found.port)
    controller.start()
    try:
        settings.MAIL = Mail("127.0.0.1", found.port, "off", sender="Catenary <cat@example.org>")
        settings.ADDRESS = "https://catalogue.example"
        yield found
    finally:
        controller.stop()


def notice(*names: str, now: str = "down", language: str = "en", more: int = 0) -> Notice:
    return Notice(
        number=7,
        channel="mail",
        address="",
        email="uwe@st-mary.example",
        language=language,
        zone="Europe/Berlin",
        organization="ward-3",
        organization_name="Ward 3",
        subscriptions=("abc", "def"),
        changes=tuple(
            ChangeTold("bluewater/patients", name, "Bluewater", "fine", now, NOON) for name in names
        ),
        more=more,
        causes=(CauseTold("", "", "Bluewater", "down", len(names)),) if now == "down" else (),
        at=NOON,
    )


def sent(server: Server, told: Notice) -> EmailMessage:
    send(message_of(told))
    return server.received[-1]


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_text_and_html_say_the_same_in_the_readers_zone(server: Server) -> None:
    message = sent(server, notice("Patients"))

    assert message["To"] == "uwe@st-mary.example"
    assert message["From"] == "Catenary <cat@example.org>"
    assert message["Subject"] == "Patients: down"
    for body in (part(message, "plain"), part(message, "html")):
        assert "down since 3 November 2026, 13:00 CET" in body
        assert "a supporting service of Bluewater" in body
        assert "https://catalogue.example/our-services/" in body


@pytest.mark.parametrize(("now", "sign"), [("down", "■"), ("degraded", "▲"), ("operational", "●")])
def test_a_condition_is_a_sign_and_a_word(server: Server, now: str, sign: str) -> None:
    html = part(sent(server, notice("Patients", now=now)), "html")

    line = html.partition("Patients</bdi>")[0].rpartition("<li")[2]
    assert "aria-hidden='true' style='color:" in line and f">{sign}</span>" in line
    assert "Patients</bdi></a>: " in html


@pytest.mark.parametrize(
    ("became", "subject"),
    [
        ("announced", "Maintenance on 3 Nov 2026: Patients"),
        ("changed", "Maintenance changed, now on 3 Nov 2026: Patients"),
        ("called-off", "Maintenance on 3 Nov 2026 called off: Patients"),
    ],
)
def test_maintenance_is_announced_over_a_real_server(
    server: Server, became: str, subject: str
) -> None:
    planned = PlannedService("hospital-it/patients", "Patients", "Hospital IT", "down")
    told = MaintenanceTold(
        key="k3v7m2qxpa",
        became=became,
        title="New disks",
        text="One after the other",
        note="",
        times=((NOON, NOON + timedelta(hours=2)),),
        is_more=True,
        services=(planned,),
    )

    message = sent(server, replace(notice(), maintenance=told))

    assert str(message["Subject"]) == subject
    for body in (part(message, "plain"), part(message, "html")):
        assert "3 November 2026, 13:00 to 15:00 CET" in body.replace("\u00a0", " ")
        assert "New disks" in body and "Patients" in body


def test_one_failure_that_hits_many_says_so(server: Server) -> None:
    message = sent(server, notice(*(f"S{n}" for n in range(400))))

    assert message["Subject"] == "400 services are affected: a supporting service of Bluewater"
    assert "and 350 more services" in part(message, "plain")
    assert part(message, "plain").count("down since") == 50


def test_recovery_is_told_in_the_readers_language(server: Server) -> None:
    message = sent(server, notice("Patienten", now="operational", language="de"))

    assert message["Subject"] == "Patienten funktioniert wieder"
    assert "in Betrieb seit 3. November 2026, 13:00 CET" in part(message, "plain")


def test_names_break_out_of_no_header_and_no_markup(server: Server) -> None:
    nasty = (
        "Evil\r\nBcc: all@example.org\x1b[2J <script>alert(1)</script>\N{RIGHT-TO-LEFT OVERRIDE}"
    )

    message = sent(server, notice(nasty))

    assert message["Bcc"] is None
    assert [to.addr_spec for to in message["To"].addresses] == ["uwe@st-mary.example"]
    assert "\n" not in message["Subject"] and "\u202e" not in message["Subject"]
    assert "<script>" not in part(message, "html")
    assert "&lt;script&gt;" in part(message, "html")
    assert not any(line.startswith("Bcc:") for line in part(message, "plain").splitlines())


def test_one_click_unsubscribes(server: Server) -> None:
    message = sent(server, notice("Patients"))

    address = message["List-Unsubscribe"].strip().strip("<>")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    signed = address.removeprefix("https://catalogue.example/unsubscribe/").strip("/")
    assert unsubscribed(signed) == ["abc", "def"]
    assert unsubscribed(signed[:-1] + ("A" if signed[-1] != "A" else "B")) == []
    assert unsubscribed("abc") == []


def test_sent_again_it_is_known_again(server: Server) -> None:
    first, second = sent(server, notice("Patients")), sent(server, notice("Patients"))

    assert first["Message-ID"] == second["Message-ID"]
    assert first["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    ("said", "is_final"),
    [("450 greylisted", False), ("550 no such user", True), ("451 try later", False)],
)
def test_a_refusal_is_final_only_when_the_server_says_so(
    server: Server, said: str, is_final: bool
) -> None:
    server.answers.append(said)

    with pytest.raises(NotSent) as refused:
        send(message_of(notice("Patients")))

    assert refused.value.is_final is is_final
    assert server.received == []


def test_a_server_that_is_not_there_is_tried_again(settings: Any) -> None:
    settings.MAIL = Mail("127.0.0.1", 1, "off", sender="cat@example.org")

    with pytest.raises(NotSent) as refused:
        send(message_of(notice("Patients")))

    assert not refused.value.is_final
    assert reachable() == "ConnectionRefusedError"


def test_without_a_server_it_is_said_so(settings: Any) -> None:
    settings.MAIL = Mail()

    with pytest.raises(NotSent, match="CATENARY_MAIL_HOST"):
        send(message_of(notice("Patients")))
    assert reachable() == ""
