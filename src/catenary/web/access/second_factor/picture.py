"""The square an authenticator app reads, as one SVG path: no style, no script, no file."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import qrcode
from qrcode.constants import ERROR_CORRECT_M

from catenary.web.pages.second_factor import Square


def address_for_app(email: str, secret: str) -> str:
    """What the app reads: https://github.com/google/google-authenticator/wiki/Key-Uri-Format"""
    query = urlencode({"secret": secret, "issuer": "Catenary", "digits": 6, "period": 30})
    return f"otpauth://totp/Catenary:{quote(email)}?{query}"


def square(text: str) -> Square:
    """The square of a text: its side in modules, and a path of its dark runs."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    path = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            run = 0
            while x + run < len(row) and row[x + run]:
                run += 1
            if run:
                path.append(f"M{x} {y}h{run}v1h-{run}z")
            x += run or 1
    return Square(len(rows), "".join(path))
