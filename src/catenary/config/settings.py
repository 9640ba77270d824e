"""Settings, all from the environment; docs/reference/settings.md lists them.

``DATABASE_URL`` chooses PostgreSQL; without it everything lives in ``CATENARY_DATA`` (``./var``).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from catenary.config.access import networks, whole_number
from catenary.config.logs import logging_settings
from catenary.config.mail import mail_settings, own_address
from catenary.config.secret import installation_secret
from catenary.config.sign_on import group_rules, second_factor, trusted_provider

DATA = Path(os.environ.get("CATENARY_DATA", "var")).absolute()

SECRET_KEY = os.environ.get("CATENARY_SECRET_KEY") or installation_secret(DATA)
DEBUG = False
ALLOWED_HOSTS = os.environ.get("CATENARY_HOSTS", "localhost,127.0.0.1,[::1]").split(",")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "catenary.apps.common",
    "catenary.apps.access",
    "catenary.apps.history",
    "catenary.apps.organizations",
    "catenary.apps.calendars",
    "catenary.apps.portfolio",
    "catenary.apps.monitoring",
    "catenary.web",
    "catenary.api",
]

MIDDLEWARE = [
    "catenary.web.telling.requests.tell_requests",
    "catenary.web.middleware.answer_headers",
    # These stand above WhiteNoise, so that static files carry their headers too.
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Deliveries go no further than here.
    "catenary.inlets.door.inlets_first",
    "catenary.web.middleware.content_policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "catenary.api.middleware.api_answers",
    "catenary.web.language.page_language",
    "catenary.web.middleware.readable_requests",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "catenary.web.access.sessions.noting_sessions",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "catenary.config.urls"
WSGI_APPLICATION = "catenary.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]


def _lock_seconds() -> int:
    said = os.environ.get("CATENARY_LOCK_SECONDS", "20")
    if not said.isascii() or not said.isdigit() or not 1 <= int(said[:9]) <= 3600:
        raise ImproperlyConfigured(
            "CATENARY_LOCK_SECONDS is a whole number of seconds from 1 to 3600"
        )
    return int(said)


#: How long a change waits for its turn while another program writes.
LOCK_SECONDS = _lock_seconds()


def _parsed(url: str) -> dict[str, Any]:
    """Never repeats the address in an error: it holds a password."""
    try:
        parsed: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=None))
    except Exception:  # of many kinds, some with the address in their words
        parsed = {}
    if parsed.get("ENGINE", "").rpartition(".")[2] not in {"postgresql", "sqlite3"}:
        raise ImproperlyConfigured(
            "DATABASE_URL is not understood: it is postgresql://user:password@host:5432/name or "
            "sqlite:////folder/file; in names and passwords write / as %2F, @ as %40, : as %3A"
        )
    return parsed


def _database() -> dict[str, Any]:
    url = os.environ.get("DATABASE_URL", "")
    if url:
        database = _parsed(url)
        if "postgresql" in database["ENGINE"]:
            database["ENGINE"] = "catenary.config.postgresql"
            database["CONN_HEALTH_CHECKS"] = True
            # A host that swallows packets would otherwise be waited for minutes.
            database.setdefault("OPTIONS", {}).setdefault("connect_timeout", 10)
            return database
        name = database["NAME"]
    else:
        name = str(DATA / "catenary.sqlite3")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # IMMEDIATE: a transaction that will write takes its turn at once instead of failing
            # halfway. FULL: whatever was said to be saved is on the disk and survives that the
            # power fails; NORMAL would keep the file whole but might lose the last transactions.
            "transaction_mode": "IMMEDIATE",
            "timeout": LOCK_SECONDS,
            # The file is read where the system has mapped it, as far as SQLite allows (2 GB). What
            # is not mapped each connection copies, up to the size of its cache: whoever read all
            # of a large catalogue left 64 MB behind in every thread.
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;"
                " PRAGMA mmap_size=2147418112; PRAGMA temp_store=MEMORY"
            ),
        },
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.Account"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"

#: Whom people may sign in through, and what their groups mean there; None without.
SIGN_ON = trusted_provider(os.environ)
SIGN_ON_GROUPS = group_rules(os.environ)
#: Of whom a second factor is required: ``everybody``, ``operators``, keys of organizations.
SECOND_FACTOR = second_factor(os.environ)
# allauth lends us its parts; none of its pages is wired, and nobody signs up.
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_ADAPTER = "catenary.web.access.sign_on.journey.Speaking"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]

SESSION_ENGINE = "catenary.apps.access.operations.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "catenary.web.refusals.csrf_failure"
# Behind TLS these are switched on; on plain loopback a secure cookie would never come back.
BEHIND_TLS = os.environ.get("CATENARY_TLS", "") == "1"
SESSION_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
# The proxy speaks TLS and we do not: without its word for it the Origin of every form would look
# foreign, and HSTS would never be said. A proxy must set this header itself, whatever it was sent.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

#: What one token may ask for; 0 for as much as it likes.
API_REQUESTS_PER_MINUTE = whole_number("CATENARY_API_REQUESTS_PER_MINUTE", 1200, 0, 1_000_000)
#: How many things one inlet may tell; 0 for as many as it likes.
INLET_ITEMS_PER_MINUTE = whole_number("CATENARY_INLET_ITEMS_PER_MINUTE", 120_000, 0, 100_000_000)
#: How many probes the worker makes at the same time; 0: it looks at nothing by itself.
PROBE_THREADS = whole_number("CATENARY_PROBE_THREADS", 32, 0, 500)
RATE_LIMITS_FILE = DATA / "rate-limits"

#: Proxies of ours: only their word is taken for whom they speak.
TRUSTED_PROXIES = networks("CATENARY_TRUSTED_PROXIES")
#: Inner networks that may be asked when somebody names an address in them.
OWN_NETWORKS = networks("CATENARY_OWN_NETWORKS")
ACCESS_EVENTS_DAYS = whole_number("CATENARY_ACCESS_EVENTS_DAYS", 365, 30, 36_500)

LANGUAGE_CODE = "en"
#: Each by its own name; scripts/translations.py keeps the texts of those that are not English.
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [Path(__file__).resolve().parent.parent / "locale"]
FORMAT_MODULE_PATH = ["catenary.web.formats"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SECURE = BEHIND_TLS
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
# Served from where the packages keep them: there is nothing to collect.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600

LOGGING = logging_settings()

#: Who may read /metrics: whoever has the token; without one, this machine where that was said.
METRICS_TOKEN = os.environ.get("CATENARY_METRICS_TOKEN", "").strip()
METRICS_ON_LOOPBACK = os.environ.get("CATENARY_METRICS", "") == "loopback"
#: Told to stop, go on answering for so long while /readyz says no.
DRAIN_SECONDS = whole_number("CATENARY_DRAIN_SECONDS", 0, 0, 600)
#: After a change of conditions, so long is waited for more before anybody is told by notice.
NOTICE_SECONDS = whole_number("CATENARY_NOTICE_SECONDS", 20, 0, 3600)
#: So many pages that change while they are looked at may be open; each keeps a thread waiting.
STREAMS = whole_number("CATENARY_STREAMS", 200, 0, 2_000)
#: Where people reach this installation; the links in what it sends need it.
ADDRESS = own_address(os.environ)
MAIL = mail_settings(os.environ)
#: Whether `catenary serve` also runs the worker, as on a single machine.
ENGINE_BESIDE_SERVER = os.environ.get("CATENARY_ENGINE", "") != "off"
