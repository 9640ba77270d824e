"""The addresses of the web pages."""

from __future__ import annotations

from django.urls import path

from catenary.web import calendar_editing as calendar_forms
from catenary.web import feed_addresses
from catenary.web.access import sessions, tokens
from catenary.web.access import views as access
from catenary.web.access.second_factor import challenge, own, rules
from catenary.web.access.sign_on import views as sign_on
from catenary.web.audit.views import audit_page
from catenary.web.calendars import views as calendars
from catenary.web.calendars.closed_days import closed_days
from catenary.web.catalogue.views import catalogue
from catenary.web.chain.views import chain
from catenary.web.changes.views import changes
from catenary.web.checks.views import checks
from catenary.web.compare.views import compare
from catenary.web.editing.urls import PLACES
from catenary.web.editing.urls import urlpatterns as editing
from catenary.web.feeds import feed
from catenary.web.help.views import words
from catenary.web.history.views import history
from catenary.web.home.views import home
from catenary.web.impact.views import impact
from catenary.web.inlets import views as inlets
from catenary.web.language import choose_language, choose_time_zone
from catenary.web.live.stream import live
from catenary.web.maintenance import views as maintenance
from catenary.web.maintenance.naming import offered
from catenary.web.organization.views import organization
from catenary.web.our_services import views as our_services
from catenary.web.outbox import views as outbox
from catenary.web.public import views as public
from catenary.web.service import views as service
from catenary.web.status.board import status_board
from catenary.web.status.service import service_status
from catenary.web.subscriptions import open as hearing
from catenary.web.subscriptions import views as subscriptions
from catenary.web.subscriptions.naming import offered as services_to_hear_of
from catenary.web.telling import health
from catenary.web.telling.metrics import metrics
from catenary.web.workshop.views import workshop_live, workshop_table

urlpatterns = [
    path("", home, name="home"),
    path("catalogue/", catalogue, name="catalogue"),
    path("services/<str:organization>/<str:key>/", service.service, name="service"),
    path("services/<str:organization>/<str:key>/history/", service.history, name="service-history"),
    path("services/<str:organization>/<str:key>/compare/", compare, name="service-compare"),
    path("services/<str:organization>/<str:key>/status/", service_status, name="service-status"),
    path(
        "services/<str:organization>/<str:key>/workshop/",
        workshop_table,
        name="service-workshop",
    ),
    path(
        "services/<str:organization>/<str:key>/workshop/live/",
        workshop_live,
        name="service-workshop-live",
    ),
    path("organizations/<str:key>/", organization, name="organization"),
    path("calendars/", calendars.calendars, name="calendars"),
    path("calendars/new/", calendar_forms.new, name="calendar-new"),
    path("calendars/<str:organization>/<str:key>/", calendars.calendar, name="calendar"),
    path("calendars/<str:organization>/<str:key>/edit/", calendar_forms.edit, name="calendar-edit"),
    path(
        "calendars/<str:organization>/<str:key>/closed-days/",
        closed_days,
        name="calendar-closed-days",
    ),
    path(
        "calendars/<str:organization>/<str:key>/history/",
        calendar_forms.history,
        name="calendar-history",
    ),
    path("calendars/<str:organization>/<str:key>/hours.ics", calendars.feed, name="calendar-feed"),
    path("feeds/make/", feed_addresses.make, name="feed-make"),
    path("feeds/revoke/", feed_addresses.revoke, name="feed-revoke"),
    path("feeds/<str:secret>.ics", feed, name="feed"),
    path("maintenance/", maintenance.maintenances, name="maintenances"),
    path("maintenance/new/", maintenance.new, name="maintenance-new"),
    # Before the keys, among which there is no "services".
    path("maintenance/services/", offered, name="maintenance-services"),
    path("maintenance/<str:key>/", maintenance.maintenance, name="maintenance"),
    path("maintenance/<str:key>/edit/", maintenance.edit, name="maintenance-edit"),
    path("maintenance/<str:key>/act/", maintenance.act, name="maintenance-act"),
    path("chain/", chain, name="chain"),
    path("impact/", impact, name="impact"),
    path("status/", status_board, name="status"),
    path("status/live/", live, name="live"),
    path("changes/", changes, name="changes"),
    path("checks/", checks, name="checks"),
    path("our-services/", our_services.our_services, name="our-services"),
    path("account/", access.account, name="account"),
    path("account/tokens/", tokens.tokens, name="tokens"),
    path("account/tokens/revoke/", tokens.revoke, name="revoke-token"),
    path("organizations/<str:key>/public-page/", public.decide, name="public-page-decide"),
    path("public/style.css", public.styles, name="public-styles"),
    path("public/<str:key>/", public.page, name="public-page"),
    path("public/<str:key>/maintenance/", public.ahead, name="public-maintenance"),
    path("public/<str:key>/feed.atom", public.atom, name="public-feed"),
    path("public/<str:key>/status.json", public.as_json, name="public-json"),
    path("account/subscriptions/", subscriptions.subscriptions, name="subscriptions"),
    path("account/subscriptions/services/", services_to_hear_of, name="subscription-services"),
    path("account/subscriptions/end/", subscriptions.end, name="end-subscription"),
    path("account/feeds/new/", subscriptions.new_feed, name="new-feed"),
    path("account/feeds/end/", subscriptions.end_feed, name="end-feed"),
    path("feeds/<str:secret>.atom", hearing.feed, name="status-feed"),
    path("unsubscribe/<str:signed>/", hearing.unsubscribe, name="unsubscribe"),
    path("account/sessions/", sessions.sessions, name="sessions"),
    path("account/sessions/end/", sessions.end, name="end-session"),
    path("audit/", audit_page, name="audit"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("sign-in/", access.sign_in, name="sign-in"),
    path("account/second-factor/", own.second_factors, name="second-factors"),
    path("account/second-factor/app/", own.app, name="second-factor-app"),
    path("account/second-factor/passkey/", own.passkey, name="second-factor-passkey"),
    path("account/second-factor/codes/", own.codes, name="second-factor-codes"),
    path("account/second-factor/remove/", own.remove, name="second-factor-remove"),
    path("account/second-factor/of-others/", rules.installation, name="second-factor-rule-here"),
    path("organizations/<str:key>/inlets/", inlets.inlets, name="inlets"),
    path("organizations/<str:organization>/inlets/<str:key>/", inlets.inlet, name="inlet"),
    path("organizations/<str:key>/second-factor/", rules.organization, name="second-factor-rule"),
    path("sign-in/second-factor/", challenge.challenge, name="second-factor"),
    path("sign-in/with/<slug:provider>/", sign_on.leave, name="sign-on"),
    path("sign-in/with/<slug:provider>/back/", sign_on.back, name="sign-on-back"),
    path("sign-out/", access.sign_out, name="sign-out"),
    path("seen-as/", access.seen_as, name="seen-as"),
    path("help/words/", words, name="words"),
    path("language/", choose_language, name="language"),
    path("time-zone/", choose_time_zone, name="time-zone"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    *editing,
    # The history of a service is read by more people: it has a page above.
    *(
        path(f"{place}/history/", history, {"kind": kind}, name=f"{kind}-history")
        for kind, place in PLACES.items()
        if kind != "service"
    ),
]
