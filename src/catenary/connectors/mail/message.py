"""A notice as an e-mail: text and HTML that say the same, and headers nobody can break out of."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import format_datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catenary.apps.monitoring.queries.notices import Notice
from catenary.connectors.notices.addresses import page_of, unsubscribe_path, whole
from catenary.connectors.notices.letters import Letter, Line
from catenary.connectors.notices.wording import letter_of

_CHOICE = "/account/subscriptions/"


def message_of(notice: Notice) -> EmailMultiAlternatives:
    """The message, in its reader's language. Its ``Message-ID`` is the same when it is sent again,
    so that the other side knows it."""
    with translation.override(notice.language or settings.LANGUAGE_CODE):
        letter = letter_of(notice)
        message = EmailMultiAlternatives(
            subject=one_line(letter.subject),
            body=_text(letter, notice),
            from_email=settings.MAIL.sender,
            to=[notice.email],
            headers=_headers(notice),
        )
        message.attach_alternative(_html(letter, notice), "text/html")
    return message


def one_line(text: str) -> str:
    """A text for a header: names from the catalogue must not begin another one."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _headers(notice: Notice) -> dict[str, str]:
    host = settings.MAIL.sender.rpartition("@")[2].rstrip("> ") or "localhost"
    headers = {
        "Message-ID": f"<notice.{notice.number}.{int(notice.at.timestamp())}@{host}>",
        "Date": format_datetime(notice.at),
        # Out-of-office replies are for people.
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
    }
    address = whole(unsubscribe_path(notice.subscriptions))
    if address:
        headers["List-Unsubscribe"] = f"<{address}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _text(letter: Letter, notice: Notice) -> str:
    lines = [letter.opening, ""]
    for heading, part in letter.parts:
        lines += [f"{heading}:"]
        lines += [
            f"  - {': '.join(filter(None, map(one_line, (line.name, line.words))))}"
            for line in part
        ]
        lines += [""]
    if letter.more:
        lines += [letter.more, ""]
    for words, path in _ends(notice):
        lines += [f"{words}: {path}"]
    return "\n".join(lines).rstrip() + "\n"


def _html(letter: Letter, notice: Notice) -> SafeString:
    parts = format_html_join(
        "",
        "<h2 style='font-size:15px;margin:24px 0 4px'>{}</h2>"
        "<ul style='list-style:none;margin:0;padding:0'>{}</ul>",
        ((heading, _list(part)) for heading, part in letter.parts),
    )
    ends = format_html_join(
        " · ", "<a href='{1}'>{0}</a>", ((words, path) for words, path in _ends(notice))
    )
    more = format_html("<p>{}</p>", letter.more) if letter.more else ""
    return format_html(
        "<!doctype html><html lang='{}'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        "<meta name='color-scheme' content='light dark'><title>{}</title></head>"
        "<body style='font:16px/1.5 system-ui,sans-serif;max-width:38em;margin:0 auto;"
        "padding:16px;overflow-wrap:anywhere'>"
        "<h1 style='font-size:20px;line-height:1.3;margin:0 0 8px'>{}</h1>"
        "<p style='margin:0'>{}</p>{}{}"
        "<p style='font-size:13px;margin:24px 0 0;padding-top:12px;border-top:1px solid #8888'>{}"
        "</p></body></html>",
        translation.get_language() or "en",
        one_line(letter.subject),
        one_line(letter.subject),
        letter.opening,
        parts,
        more,
        ends,
    )


#: The sign and colour of a condition: the sign reads alone, the colour on light and on dark.
_SIGNS = {
    "operational": ("●", "#2f9160"),
    "degraded": ("▲", "#b8740c"),
    "down": ("■", "#d9483f"),
    "unknown": ("○", "#808896"),
    "maintenance": ("□", "#8479d9"),
}


def _list(lines: Sequence[Line]) -> SafeString:
    return format_html_join(
        "",
        "<li style='padding:6px 0;border-bottom:1px solid #8884'>{}{}{}{}</li>",
        ((_sign(line), _name(line), ": " if line.words else "", line.words) for line in lines),
    )


def _sign(line: Line) -> SafeString:
    sign, colour = _SIGNS.get(line.kind, ("", ""))
    if not sign:
        return SafeString("")
    return format_html("<span aria-hidden='true' style='color:{}'>{}</span> ", colour, sign)


def _name(line: Line) -> SafeString:
    address = whole(line.path) if line.path else ""
    if not address:
        return format_html("<bdi>{}</bdi>", line.name)
    return format_html("<a href='{}'><bdi>{}</bdi></a>", address, line.name)


def _ends(notice: Notice) -> list[tuple[str, str]]:
    ends = [
        (_("How it is now"), whole(page_of(notice))),
        (_("What you are told"), whole(_CHOICE)),
        (_("Unsubscribe"), whole(unsubscribe_path(notice.subscriptions))),
    ]
    return [(words, address) for words, address in ends if address]
