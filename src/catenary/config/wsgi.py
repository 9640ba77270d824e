"""The WSGI entry that Granian serves."""

from __future__ import annotations

import os
import threading

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catenary.config.settings")

application = get_wsgi_application()


def _warm() -> None:
    # Imported here: rooms may be touched only when the settings are there.
    from catenary.apps.portfolio.queries.estate import warm_estate

    warm_estate()


# The first visitor should not pay for loading the chain: it is done beside answering.
threading.Thread(target=_warm, name="warm-estate", daemon=True).start()
