"""The WSGI entry that Granian serves."""

from __future__ import annotations

import gc
import os
import threading

from django.core.wsgi import get_wsgi_application

from catenary.config.downloads import Downloads, watch
from catenary.config.uploads import Uploads

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catenary.config.settings")

downloads = Downloads(get_wsgi_application())
application = Uploads(downloads)

# An answer makes thousands of small values and lets go of them when it is given. Looking for rings
# among them every 700, and at everything every so often, took a seventh of the time of a long
# answer and found nothing; what was made until here stays for good.
gc.freeze()
gc.set_threshold(20_000, 20, 20)


def _warm() -> None:
    # Imported here: rooms may be touched only when the settings are there.
    from catenary.apps.portfolio.queries.estate import warm_estate

    warm_estate()


def _keep_account() -> None:
    from catenary.apps.monitoring.operations.turning_away import TURNING_AWAY

    TURNING_AWAY.keep_account()


# The first visitor should not pay for loading the chain: it is done beside answering.
threading.Thread(target=_warm, name="warm-estate", daemon=True).start()
threading.Thread(target=watch, args=(downloads,), name="slow-readers", daemon=True).start()
threading.Thread(target=_keep_account, name="who-was-told-to-wait", daemon=True).start()
