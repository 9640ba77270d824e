"""Why messages could not be delivered, in words for whoever asked for them: what they can mend, and
nothing of how it looks inside (docs/how-to/be-told.md)."""

from __future__ import annotations

from catenary.domain.said import Said, said

#: It failed on our side, in a way that is nobody's business but the operators'.
OURS = "ours"
#: It answered with a status that does not say that it has the message: ``answered 503``.
ANSWERED = "answered"
_SENTENCES = {
    "late": said("it did not answer in time"),
    "odd-answer": said("it did not answer as HTTP says"),
    "certificate": said("it has no certificate that can be trusted"),
    "unreached": said("nobody answers there"),
    "nowhere": said("its address leads nowhere that may be called"),
    "receiver-refused": said("the mail server does not take messages for your address"),
    "mail-server": said("the mail server of this installation did not take it"),
    "no-mail-server": said("this installation has no mail server"),
    OURS: said("something went wrong here, which its operators can look up"),
}


def why_not_delivered(trouble: str) -> Said:
    """The sentence for a trouble; one that a later version wrote went wrong here."""
    code, _space, status = trouble.partition(" ")
    if code == ANSWERED and status.isdecimal():
        return said("it answered {status}", status)
    return _SENTENCES.get(code, _SENTENCES[OURS])
