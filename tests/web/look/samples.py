"""The pages of the hospital story with every field filled, and the empty and hostile ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from catenary.domain.documents.shapes import Burden, BusinessProcess, Channel
from catenary.domain.intervals import HOUR
from catenary.domain.picture import ChainPicture, PictureEdge, PictureGroup, PictureNode
from catenary.domain.service_hours.days import Day
from catenary.web import pages as p
from catenary.web.calendars.picture import week_picture
from catenary.web.pages.calendars import (
    CalendarDay,
    CalendarLine,
    CalendarMonth,
    CalendarPage,
    CalendarsPage,
)
from catenary.web.pages.closed_days import ClosedDaysPage, ClosingDay, NotClosed
from catenary.web.picture import render_chain

NOON = datetime(2026, 11, 3, 12, 5, tzinfo=UTC)


def service(key: str, text: str, note: str = "") -> p.Link:
    return p.Link(text, f"/services/hospital-it/{key}/", note)


def organization(key: str, text: str) -> p.Link:
    return p.Link(text, f"/organizations/{key}/")


HOSPITAL_IT = organization("hospital-it", "Hospital IT")
EMERGENCY = organization("emergency", "Emergency ward")
WARDS = organization("wards", "Wards")
CLINIC = organization("outpatient", "Outpatient clinic")
ACME = organization("acme-cloud", "Acme Cloud Ltd")

FRAME = p.Frame(
    current="catalogue",
    origin="https://catalogue.example",
    here="/services/hospital-it/patient-management/?from=home",
    account=p.Account("Dana Reyes", "dana.reyes@st-mary.example"),
    band=p.ViewpointBand(
        organization="hospital-it",
        name="Hospital IT",
        sentence="provider of 7 services to 3 customers, customer of 2 providers",
        url="/organizations/hospital-it/",
        consumes=True,
        others=(
            p.ViewpointChoice("wards", "St. Mary's wards", "customer"),
            p.ViewpointChoice("st-mary", "St. Mary's Hospital"),
            p.ViewpointChoice("emergency", "Emergency ward", "customer"),
            p.ViewpointChoice("pharmacy", "Pharmacy"),
        ),
    ),
    open_findings=p.Count(3),
)
CUSTOMER_FRAME = replace(
    FRAME,
    band=p.ViewpointBand(
        organization="wards",
        name="St. Mary's wards",
        sentence="customer of 2 providers, who use 4 services",
        look="customer",
        consumes=True,
        others=(p.ViewpointChoice("hospital-it", "Hospital IT"),),
    ),
    open_findings=None,
)
STRANGER = p.Frame(here="/sign-in/")

FACING = p.RoleMark(
    "customer-facing",
    p.Because(
        p.say(
            "because {customers} of St. Mary's consume it, and one more.",
            customers=[EMERGENCY, WARDS, CLINIC],
        ),
        (p.Link("the declared consumption", "#above"),),
    ),
)
SUPPORTING = p.RoleMark(
    "supporting",
    p.Because(
        p.say(
            "because only {service} relies on it.",
            service=service("patient-management", "Patient management"),
        )
    ),
)
EXTERNAL = p.RoleMark(
    "external",
    p.Because(p.say("because {s} relies on it.", s=service("pharmacy", "Pharmacy inventory"))),
)
LIVE = p.StageMark("live")

FINDING = p.FindingRow(
    code="CAT204",
    severity="warning",
    sentence="“Head count of key users” has no measure: nobody can say whether it was reached.",
    remedy="Add measure: name, unit, baseline and target under the outcome.",
    subject=service("patient-management", "Patient management"),
    field="outcomes › key-users",
)
HISTORY = (
    p.HistoryEntry(
        NOON,
        "Dana Reyes",
        "changed the promised availability",
        "applied from the folder “st-mary”",
        (p.Change("warranty.availability", "99.5 %", "99.9 %"), p.Change("tags", "", "clinical")),
    ),
    p.HistoryEntry(NOON.replace(day=1), "Catenary", "entered as already in operation"),
)

PICTURE = render_chain(
    ChainPicture(
        "Chain of Patient management",
        (
            PictureNode("wards", "Wards", "organization", href="/organizations/wards/"),
            PictureNode("emergency", "Emergency ward", "organization"),
            PictureNode(
                "pm",
                "Patient management",
                "service",
                "Hospital IT",
                "live",
                "customer-facing",
                href="/services/hospital-it/patient-management/",
                is_focus=True,
            ),
            PictureNode("crm", "CRM", "service", "Hospital IT", "live", "supporting"),
            PictureNode("pharmacy", "Pharmacy inventory", "service", "Hospital IT", "live"),
            PictureNode("db-1", "db-1", "service", "Acme Cloud Ltd", "live", "external"),
            PictureNode("db-2", "db-2", "service", "Acme Cloud Ltd", "live", "external"),
            PictureNode("reporting", "Reporting", "service", "Hospital IT", "live", "supporting"),
        ),
        (
            PictureGroup("g1", "pm", (("crm", ""),)),
            PictureGroup("g2", "pm", (("pharmacy", ""),)),
            PictureGroup(
                "g3", "pharmacy", (("db-1", ""), ("db-2", "")), "1 of 2 needed, 2 for full"
            ),
            PictureGroup("g4", "pm", (("reporting", ""),), "", True),
        ),
        (PictureEdge("wards", "pm"), PictureEdge("emergency", "pm", "Front door")),
    )
)

SERVICE = p.ServicePage(
    name="Patient management",
    reference="hospital-it/patient-management",
    provider=HOSPITAL_IT,
    stage=LIVE,
    role=FACING,
    is_open=True,
    answer=p.say(
        "{customers} consume it; it rests on {n} services of {providers}.",
        customers="Three wards of St. Mary's",
        n=7,
        providers=[HOSPITAL_IT, ACME],
    ),
    description="Every patient is known from the front door to the way home, so that wards treat "
    "people and not paper.",
    chips=(p.Chip("web portal"), p.Chip("mobile portal"), p.Chip("clinical", "tag", "/?tag=x")),
    also=p.Because(p.say("Seen as St. Mary's Hospital it is supporting.")),
    owner=p.Contact("Dana Reyes", "dana.reyes@st-mary.example"),
    outcomes=(
        p.Quotation(
            "Patients are seen sooner after they arrive.",
            "Dr. Okafor",
            EMERGENCY,
            p.MeasureLine("median wait at reception", "min", "50", "30"),
        ),
        p.Quotation(
            "Nobody searches for a record at the bedside.",
            "Head nurse Lindqvist",
            WARDS,
            p.MeasureLine("records found within 3 steps", "%", "61", "95"),
        ),
        p.Quotation("Key users feel listened to.", "", WARDS),
    ),
    costs=Burden(
        ("Buying and running servers", "Licences per ward"),
        ("Two key users per ward trained each year",),
    ),
    risks=Burden(
        ("Loss of patient records", "Staff turnover in IT"),
        ("Reception on paper while the portal is down",),
    ),
    co_creation=p.CoCreationCard(
        provider=("Keeps the portal current", "Trains key users"),
        customer=("Names two key users per ward", "Reports changed needs each quarter"),
        provider_expects=("Faults are reported the same day",),
        customer_expects=("A person answers, day and night",),
        talk_to=(p.Contact("Service desk", "desk@st-mary.example"),),
        escalate_to=(
            p.Contact("Duty manager", "duty.manager@st-mary.example"),
            p.Contact("Hospital IT", "", "/organizations/hospital-it/"),
        ),
    ),
    processes=(
        *(
            BusinessProcess(name)
            for name in ("Reception", "Triage", "Treatment", "Prescription", "Follow-up")
        ),
        BusinessProcess("Discharge", ("Letter", "Medicine", "Way home")),
    ),
    utility=(
        p.UtilityRow(
            "feature", "A nurse finds any admitted patient in three steps", "mobile portal"
        ),
        p.UtilityRow("ease-of-use", "A new nurse registers a patient unaided on the first day"),
        p.UtilityRow("cost", "Costs less than the paper it replaces"),
    ),
    promises=(
        p.Promise("Availability", "99.9 %", "99.941 %", "kept"),
        p.Promise("Restored within", "1 h", "1 h 12 min", "missed"),
        p.Promise("Loses at most", "5 min"),
        p.Promise("Capacity", "400 concurrent users"),
        p.Promise("Security: access to records is logged and reviewed monthly", ""),
    ),
    hours=p.Hours("24×7"),
    channels=(
        Channel("web portal", ("register", "find", "discharge")),
        Channel("mobile portal", ("find",)),
    ),
    consumers=(
        p.ConsumerRow(EMERGENCY, "Front door", "declared"),
        p.ConsumerRow(WARDS, "", "declared"),
        p.ConsumerRow(CLINIC, "", "declared"),
    ),
    consumers_beyond=p.Count(12),
    relied_on_by=(service("discharge-letters", "Discharge letters", "Hospital IT"),),
    relied_on_by_count=p.Count(4),
    relied_on_by_url="/chain/?focus=hospital-it/patient-management&direction=up",
    relies_on=(
        p.ReliedOnGroup("essential", (p.GroupMember(service("crm", "CRM"), "Hospital IT"),)),
        p.ReliedOnGroup(
            "1 of 2 needed, 2 for full",
            (
                p.GroupMember(service("db-1", "db-1"), "Acme Cloud Ltd"),
                p.GroupMember(service("db-2", "db-2"), "Acme Cloud Ltd"),
            ),
        ),
        p.ReliedOnGroup(
            "weight 50 needed, 100 for full",
            (
                p.GroupMember(service("farm-a", "Farm A"), "Acme Cloud Ltd", "60"),
                p.GroupMember(p.Link("a supporting service of Acme Cloud Ltd"), "", "60"),
            ),
        ),
        p.ReliedOnGroup(
            "only degrades",
            (p.GroupMember(service("reporting", "Reporting"), "Hospital IT"),),
            is_soft=True,
        ),
    ),
    picture_svg=PICTURE,
    chain_url="/chain/?focus=hospital-it/patient-management",
    findings=(FINDING, replace(FINDING, severity="error", code="CAT301")),
    history=HISTORY,
    history_url="/services/hospital-it/patient-management/history/",
)
CUSTOMER_SERVICE = replace(
    SERVICE,
    name="Front door",
    official_name="Patient management",
    look="customer",
    is_open=False,
    answer=p.say("We consume it; {provider} promises it around the clock.", provider=HOSPITAL_IT),
    role=p.RoleMark(
        "external",
        p.Because(p.say("because {us} consume it from outside.", us=[EMERGENCY])),
    ),
    also=p.Because(p.Sentence()),
    consumers=(),
    relied_on_by=(),
    relies_on=(),
    picture_svg="",
    chain_url="",
    findings=(),
    history=(),
    history_url="",
)
EMPTY_SERVICE = p.ServicePage(
    name="Gutter cleaning",
    reference="bright-gutters/cleaning",
    provider=organization("bright-gutters", "Bright Gutters"),
    stage=p.StageMark("proposed"),
    role=p.RoleMark("pipeline", p.Because(p.say("because it is only proposed."))),
    answer=p.say("Proposed: nobody consumes it yet."),
)

HOME = p.HomePage(
    organization=HOSPITAL_IT,
    answer=p.say(
        "Hospital IT provides {n} services to {customers} and relies on {providers}; five "
        "outcomes at the far end depend on it.",
        n=7,
        customers=[EMERGENCY, WARDS, CLINIC],
        providers=[ACME, organization("northern-grid", "Northern Grid")],
    ),
    customers=(
        p.CustomerRow(
            EMERGENCY,
            "part of St. Mary's Hospital",
            (service("patient-management", "Patient management"), service("wifi", "Wi-Fi")),
            3,
        ),
        p.CustomerRow(
            WARDS,
            "part of St. Mary's Hospital",
            (service("patient-management", "Patient management"),),
        ),
        p.CustomerRow(CLINIC, "outside", (service("pharmacy", "Pharmacy inventory"),)),
    ),
    customer_count=p.Count(3),
    provided=p.ProvidedCounts(
        p.Figure(p.Count(3), "customer-facing", "/catalogue/?role=customer-facing"),
        p.Figure(p.Count(3), "supporting", "/catalogue/?role=supporting"),
        p.Figure(p.Count(1), "idle", "/catalogue/?role=idle"),
        p.Figure(p.Count(2), "in the pipeline", "/catalogue/?stage=pipeline"),
    ),
    provided_count=p.Count(7),
    most_relied_on=(
        p.ReliedOnService(service("crm", "CRM"), SUPPORTING, p.Count(5), p.Count(14)),
        p.ReliedOnService(
            service("patient-management", "Patient management"), FACING, p.Count(4), p.Count(15)
        ),
        p.ReliedOnService(
            service("pharmacy", "Pharmacy inventory"), FACING, p.Count(1000, True), p.Count(9)
        ),
    ),
    held=(
        p.HeldService(
            service("db-1", "Our database"),
            ACME,
            "A database that is there when it is asked.",
            LIVE,
            "db-1",
        ),
    ),
    held_count=p.Count(4),
    providers=(
        p.ReliedOnProvider(ACME, (service("db-1", "db-1"), service("db-2", "db-2")), 2, p.Count(4)),
        p.ReliedOnProvider(
            organization("northern-grid", "Northern Grid"),
            (service("power", "Power"),),
            0,
            p.Count(7),
        ),
    ),
    provider_count=p.Count(2),
    outcomes=(
        p.FarOutcome(
            "Patients are seen sooner after they arrive.",
            "Dr. Okafor",
            EMERGENCY,
            service("patient-management", "Patient management"),
        ),
        p.FarOutcome(
            "The medicine is at the bed before the patient is.",
            "Head nurse Lindqvist",
            WARDS,
            service("pharmacy", "Pharmacy inventory"),
            2,
        ),
    ),
    outcome_count=p.Count(5),
    outcomes_beyond=p.Count(3),
    organizations_beyond=p.Count(2),
)
EMPTY_HOME = p.HomePage(
    organization=organization("bright-gutters", "Bright Gutters"),
    answer=p.say("Bright Gutters is not linked to anyone yet."),
)
FIRST_RUN_HOME = replace(
    EMPTY_HOME, answer=p.say("There is no catalogue yet."), has_catalogue=False
)


def row(key: str, name: str, description: str, role: p.RoleMark) -> p.CatalogueRow:
    return p.CatalogueRow(
        name,
        f"/services/hospital-it/{key}/",
        f"hospital-it/{key}",
        HOSPITAL_IT,
        description,
        role,
        LIVE,
        (p.Chip("clinical", "tag", "/catalogue/?tag=clinical"),),
    )


CATALOGUE = p.CataloguePage(
    answer=p.say("4 services match “patient”, seen as Hospital IT."),
    query="patient",
    rows=(
        row(
            "patient-management",
            "Patient management",
            "Every patient is known from the front door to the way home.",
            FACING,
        ),
        row("crm", "CRM", "Who the patients are and how to reach them.", SUPPORTING),
        replace(
            row("db-1", "Our database", "Keeps what must not be lost.", EXTERNAL),
            official_name="db-1",
            provider=ACME,
        ),
        replace(
            row(
                "kiosk",
                "Self check-in kiosk",
                "Patients register themselves at the door.",
                p.RoleMark("pipeline"),
            ),
            stage=p.StageMark("designed"),
        ),
        replace(
            row("fax", "Fax gateway", "Letters by fax.", p.RoleMark("idle", EMPTY_SERVICE.also)),
            stage=p.StageMark("retiring"),
        ),
    ),
    total=p.Count(1000, True),
    roles=(
        p.Facet("customer-facing", p.Count(3), "/catalogue/?role=customer-facing", True),
        p.Facet("supporting", p.Count(1000, True), "/catalogue/?role=supporting"),
        p.Facet("external", p.Count(2), "/catalogue/?role=external"),
        p.Facet("idle", p.Count(1), "/catalogue/?role=idle"),
    ),
    stages=(
        p.Facet("live", p.Count(1000, True), "/catalogue/?stage=live"),
        p.Facet("retiring", p.Count(2), "/catalogue/?stage=retiring"),
    ),
    providers=(p.Facet("Hospital IT", p.Count(5), "/catalogue/?provider=hospital-it"),),
    filters=(
        p.Chip("customer-facing", "filter", remove_url="/catalogue/?q=patient"),
        p.Chip("provided by Hospital IT", "filter", remove_url="/catalogue/?q=patient"),
    ),
    kept=(("role", "customer-facing"),),
    previous_url="/catalogue/?before=abc",
    next_url="/catalogue/?after=xyz",
)
EMPTY_CATALOGUE = p.CataloguePage(
    answer=p.say("No service matches “zebra”."), query="zebra", clear_url="/catalogue/"
)

HISTORY_PAGE = p.HistoryPage(
    service("patient-management", "Patient management"),
    "hospital-it/patient-management",
    HISTORY,
    older_url="?before=1",
)
CHAIN = p.ChainPage(
    answer=p.say("Patient management rests on 7 services; 2 services and 15 consumers rest on it."),
    focus=service("patient-management", "Patient management"),
    focus_reference="hospital-it/patient-management",
    directions=(
        p.ChainChoice("up", "who stands on it"),
        p.ChainChoice("down", "what it rests on", True),
        p.ChainChoice("both", "both"),
    ),
    depths=(
        p.ChainChoice("1", "1 step"),
        p.ChainChoice("2", "2 steps", True),
        p.ChainChoice("all", "all"),
    ),
    picture_svg=PICTURE,
    rows=(
        p.ChainRow(
            EMERGENCY,
            service("patient-management", "Patient management"),
            "Hospital IT",
            weight="Front door",
            steps=1,
            is_consumption=True,
        ),
        p.ChainRow(
            service("patient-management", "Patient management"),
            service("crm", "CRM"),
            "Hospital IT",
            "essential",
            steps=1,
        ),
        p.ChainRow(
            service("pharmacy", "Pharmacy inventory"),
            service("db-1", "db-1"),
            "Acme Cloud Ltd",
            "1 of 2 needed, 2 for full",
            "60",
            steps=2,
        ),
        p.ChainRow(
            service("crm", "CRM"),
            service("reporting", "Reporting"),
            "Hospital IT",
            "only degrades",
            is_soft=True,
            closes_loop=True,
        ),
    ),
    row_count=p.Count(23),
    beyond=p.say("18 more are folded into bundles or lie deeper."),
)
EMPTY_CHAIN = p.ChainPage(
    answer=p.say("Choose a service to see what it rests on and who stands on it."),
    suggestions=(
        p.Facet("Patient management", p.Count(15), "/chain/?focus=x"),
        p.Facet("CRM", p.Count(14), "/chain/?focus=y"),
    ),
    problem="There is no service “hospital-it/nothing” that we may see.",
)
CHECKS = p.ChecksPage(
    answer=p.say("3 findings in 7 services: 1 error, 1 warning and 1 notice."),
    groups=(
        p.RuleGroup(
            "CAT301",
            "A service relies on itself",
            "A loop has no last link: when it breaks, nothing says where to begin.",
            "error",
            p.Count(1),
            (
                replace(
                    FINDING,
                    severity="error",
                    code="CAT301",
                    sentence="CRM relies on Reporting, which relies on CRM.",
                    remedy="Decide which of the two stands without the other, or make one soft.",
                    field="relies-on › 2",
                ),
            ),
        ),
        p.RuleGroup(
            "CAT204",
            "An outcome has no measure",
            "What is not measured cannot be confirmed by the customer.",
            "warning",
            p.Count(1000, True),
            (FINDING, FINDING),
            "/checks/?rule=CAT204",
        ),
        p.RuleGroup(
            "CAT112",
            "Nobody consumes it",
            "A service without a consumer creates no value.",
            "notice",
            p.Count(1),
            (replace(FINDING, severity="notice"),),
        ),
    ),
    total=p.Count(3),
    severities=(
        p.Facet("error", p.Count(1), "/checks/?severity=error"),
        p.Facet("warning", p.Count(1), "/checks/?severity=warning", True),
    ),
    rules=(p.Facet("CAT204 An outcome has no measure", p.Count(1), "/checks/?rule=CAT204"),),
    providers=(p.Facet("Hospital IT", p.Count(3), "/checks/?provider=hospital-it"),),
    filters=(p.Chip("warning", "filter", remove_url="/checks/"),),
    rules_checked=24,
    services_checked=p.Count(7),
)
CLEAN_CHECKS = p.ChecksPage(
    answer=p.say("Nothing was found in 7 services."), rules_checked=24, services_checked=p.Count(7)
)
ORGANIZATION = p.OrganizationPage(
    name="Hospital IT",
    reference="hospital-it",
    answer=p.say("Provides 7 services to 3 customers and consumes 4 of 2 providers."),
    description="Runs what the wards work with.",
    above=(organization("st-mary", "St. Mary's Hospital"),),
    below=(organization("desk", "Service desk"),),
    provides=(
        p.ServiceRow(service("patient-management", "Patient management"), None, FACING, LIVE),
        p.ServiceRow(service("crm", "CRM"), None, SUPPORTING, LIVE),
    ),
    provided_count=p.Count(7),
    provides_url="/catalogue/?provider=hospital-it",
    consumes=(p.ServiceRow(service("db-1", "db-1"), ACME, None, LIVE, "Our database"),),
    consumed_count=p.Count(1),
    customers=(EMERGENCY, WARDS, CLINIC),
    providers=(ACME,),
    people=(
        p.PersonRow("Dana Reyes", "dana.reyes@st-mary.example", ("service owner",)),
        p.PersonRow("Ola Nkemelu", "ola@st-mary.example", ("catalogue editor", "viewer")),
    ),
)
EMPTY_ORGANIZATION = p.OrganizationPage(
    "Bright Gutters", "bright-gutters", p.say("Not linked to anyone yet."), people_are_visible=False
)
ACCOUNT = p.AccountPage(
    "Dana Reyes",
    "dana.reyes@st-mary.example",
    (p.MembershipRow(HOSPITAL_IT, ("service owner", "catalogue editor")),),
    (p.ViewpointChoice("hospital-it", "Hospital IT"), p.ViewpointChoice("wards", "Wards")),
    is_operator=True,
)
SIGN_IN = p.SignInPage(
    email="dana.reyes@st-mary.example",
    next="/catalogue/?q=a&stage=live",
    problem="The e-mail address and the password do not belong together.",
    people=(
        ("Dana Reyes", "dana.reyes@st-mary.example", "service owner at Hospital IT"),
        ("Dr. Okafor", "okafor@st-mary.example", "customer, Emergency ward"),
    ),
)
FIRST_SIGN_IN = p.SignInPage(is_first_run=True)
NOT_FOUND = p.ErrorPage(
    404,
    "There is no such page",
    "Nothing that we may see has the address /services/hospital-it/nothing/.",
    "Look for it by name; references stay for life, so an old link means it was never ours to see.",
    (p.Link("Search the catalogue", "/catalogue/"), p.Link("Go home", "/")),
    "req-7f3a",
)

COMPARE = p.ComparePage(
    name="Patient management",
    reference="hospital-it/patient-management",
    url="/services/hospital-it/patient-management/",
    here="/services/hospital-it/patient-management/compare/",
    answer=p.say("One record, seen by {a} and by {b}.", a=HOSPITAL_IT, b=WARDS),
    provider=HOSPITAL_IT,
    customer=WARDS,
    is_provider=True,
    rows=(
        p.CompareRow(
            "What it is called",
            p.Cell((p.Link("Patient management"),)),
            p.Cell((p.Link("Bed board", note="their name"),)),
        ),
        p.CompareRow("What it is", p.Cell(role=FACING), p.Cell(role=EXTERNAL)),
        p.CompareRow(
            "Outcomes",
            p.Cell((p.Link("Seen sooner", note="Dr. Okafor"),), is_quoted=True),
            p.Cell((p.Link("Seen sooner", note="Dr. Okafor"),), is_quoted=True),
        ),
        p.CompareRow("Hours", p.Cell(empty="not agreed"), p.Cell(empty="not agreed")),
        p.CompareRow(
            "What it rests on",
            p.Cell((service("crm", "CRM", "essential"),)),
            p.Cell(unseen=p.say("{name} does not see it.", name="Wards")),
        ),
    ),
    choices=(p.CustomerChoice("wards", "Wards", True), p.CustomerChoice("clinic", "Clinic")),
)
CUSTOMER_COMPARE = replace(
    COMPARE, is_provider=False, choices=(), unseen=("what it rests on", "its history")
)
EMPTY_COMPARE = replace(COMPARE, customer=None, rows=(), choices=())

PROPOSAL = p.ProposalCard(
    number=1,
    sentence=p.say("{who}, {side}, suggests to say instead", who="Dr. Okafor", side=EMERGENCY),
    at=NOON,
    before="Seen soon",
    after="Nobody waits for a bed",
    note="wait for a bed: 10 min",
    words=(p.SaidWord("Dana Reyes", NOON, "Which beds?"),),
    may=("accept", "decline", "withdraw", "say"),
)
LINE = p.WorkshopLine(
    "sooner",
    "Patients are seen sooner",
    "median wait: 50 → 30 min",
    p.Typed("Patients are seen sooner", "median wait", "min", "50", "30", "lower"),
)
WORKSHOP = p.WorkshopPage(
    name="Patient management",
    reference="hospital-it/patient-management",
    url="/services/hospital-it/patient-management/",
    here="/services/hospital-it/patient-management/workshop/",
    live_url="/services/hospital-it/patient-management/workshop/live/?seen=1",
    provider=HOSPITAL_IT,
    customer=EMERGENCY,
    seat=p.say("You speak for {here}.", here=HOSPITAL_IT),
    customer_key="emergency",
    side="provider",
    may_write=True,
    managed_elsewhere="catalogue files “hospital”",
    mark="1",
    choices=(p.CustomerChoice("emergency", "Emergency", True), p.CustomerChoice("wards", "Wards")),
    agreement=p.AgreementCard(
        state="changed",
        sentence=p.say("Agreed on the version of {day}; changed since:", day="3 March"),
        next=p.say("To be confirmed by {who}.", who=[EMERGENCY]),
        version="0" * 32,
        may_confirm=True,
        differences=(p.DifferenceLine("Outcomes", "Seen soon", "Seen sooner"),),
        confirmations=(p.ConfirmedLine("Dana Reyes", "Hospital IT", NOON, NOON),),
        open_proposals=1,
    ),
    cards=(
        p.WorkshopCard(
            "value",
            "Value",
            (
                p.WorkshopPart(
                    "outcomes",
                    "outcomes",
                    "Outcomes",
                    "What the customer wants.",
                    (LINE, p.WorkshopLine("calm", "Calm nights", typed=p.Typed("Calm nights"))),
                    (PROPOSAL,),
                    p.Typed("Half written"),
                    fields="outcome",
                    is_quoted=True,
                ),
            ),
        ),
        p.WorkshopCard(
            "burdens",
            "Costs and risks",
            (
                p.WorkshopPart("costs.removed", "costs-removed", "Costs off", lines=(LINE,)),
                p.WorkshopPart("costs.imposed", "costs-imposed", "Costs on"),
            ),
        ),
        p.WorkshopCard(
            "use",
            "Fit for use",
            (
                p.WorkshopPart(
                    "warranty.availability",
                    "warranty-availability",
                    "Availability",
                    lines=(p.WorkshopLine("", "99.9 %", typed=p.Typed("99.9 %")),),
                    fields="figure",
                    example="99.9 %",
                    is_single=True,
                ),
                p.WorkshopPart(
                    "warranty.recovery-time",
                    "warranty-recovery-time",
                    "Restored within",
                    fields="figure",
                    example="1 h",
                    is_single=True,
                ),
                p.WorkshopPart(
                    "utility",
                    "utility",
                    "Fit for purpose",
                    lines=(
                        p.WorkshopLine(
                            "find", "Finds any patient", "feature", p.Typed("Finds any patient")
                        ),
                    ),
                    fields="requirement",
                ),
                p.WorkshopPart(
                    "supports-processes",
                    "supports-processes",
                    "Processes",
                    lines=(
                        p.WorkshopLine("Care", "Care", "Triage", p.Typed("Care", steps="Triage")),
                    ),
                    fields="process",
                ),
            ),
        ),
        p.WorkshopCard(
            "remarks",
            "Anything else",
            (p.WorkshopPart("words", "words", "Remarks", is_words=True),),
        ),
    ),
    kinds=(("feature", "feature"), ("cost", "cost")),
    channels=("web-portal",),
    settled=(
        replace(PROPOSAL, number=5, may=(), became=p.say("Declined by {who}.", who="Dana Reyes")),
    ),
    problems=("This line was changed meanwhile.",),
)
READING_WORKSHOP = replace(WORKSHOP, side="", may_write=False, problems=(), choices=())
EMPTY_WORKSHOP = replace(WORKSHOP, customer=None, agreement=None, cards=(), settled=())

WEEK = tuple(
    Day(date(2026, 11, 16 + at), ((480, 720), (780, 1080)) if at < 5 else (), 9 * HOUR)
    for at in range(7)
)
CALENDAR = CalendarPage(
    name="Service desk hours",
    reference="hospital-it/desk-hours",
    organization=organization("hospital-it", "Hospital IT"),
    answer=p.Sentence(("Open now, until Tuesday, 3 November 2026, 18:00.",)),
    description="When somebody answers the telephone",
    rule=p.Sentence(("Monday to Friday 08:00–12:00 and 13:00–18:00, Europe/Berlin",)),
    zone="Europe/Berlin",
    week_svg=week_picture(
        WEEK, ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], today=1, minute=785
    ),
    week=tuple(
        CalendarDay(f"{day.day:%A}", "08:00–12:00, 13:00–18:00", "9 h", is_today=at == 1)
        for at, day in enumerate(WEEK)
    ),
    months=(
        CalendarMonth(
            "December 2026",
            "204 h",
            (CalendarDay("Thu, 24 December", "08:00–12:00", "4 h", "Christmas Eve"),),
        ),
        CalendarMonth("January 2027", "190 h"),
    ),
    services=(service("crm", "Customer relations"),),
    more_services="and 3 more",
    wholes=(p.Link("Stand-by", "/calendars/hospital-it/stand-by/"),),
    made_with=("Public holidays of DE-BY, 2000 to 2040, from holidays 1", "Time zones of 2026a"),
    feed_url="/calendars/hospital-it/desk-hours/hours.ics",
)
UNKNOWN_CALENDAR = CalendarPage(
    name="Stand-by",
    reference="hospital-it/stand-by",
    organization=organization("hospital-it", "Hospital IT"),
    answer=p.Sentence(),
    problem="What it is made of is missing, so nobody can say.",
    made_with=("Time zones of 2026a",),
)
CLOSED_DAYS = ClosedDaysPage(
    name="Service desk hours",
    reference="hospital-it/desk-hours",
    answer=p.Sentence(("2 days would be closed: 18 h of service time fewer.",)),
    back_url="/calendars/hospital-it/desk-hours/",
    edit_url="/calendars/hospital-it/desk-hours/edit/",
    seen="0" * 32,
    looked="0" * 64,
    text="BEGIN:VCALENDAR\nEND:VCALENDAR",
    manager="the catalogue files “hospital”",
    problems=("hospital-it/desk-hours is managed by the catalogue files “hospital”",),
    is_looked=True,
    may_save=True,
    closing=(
        ClosingDay("Mon, 28 December 2026", "Stocktaking", "08:00–18:00", "closed"),
        ClosingDay("Tue, 29 December 2026", "", "00:00–06:00, 08:00–18:00", "closed"),
    ),
    more_closing="and 3 more",
    known=(ClosingDay("Thu, 24 December 2026", "Christmas Eve", "", ""),),
    rejected=(
        NotClosed("17", "Meeting", "it starts at a time of day", "make it last the whole day"),
    ),
)
CALENDARS = CalendarsPage(
    p.Sentence(("2 calendars that you may see.",)),
    (
        CalendarLine(
            p.Link("Desk", "/calendars/hospital-it/desk-hours/", "hospital-it/desk-hours"),
            organization("hospital-it", "Hospital IT"),
            "Closed now, until Monday, 9 November 2026, 08:00.",
        ),
    ),
)

#: Every page: what to call it, its template, its values, its frame.
SAMPLES: tuple[tuple[str, str, object, p.Frame], ...] = (
    ("service", "service.html", SERVICE, FRAME),
    ("service-customer", "service.html", CUSTOMER_SERVICE, CUSTOMER_FRAME),
    ("service-empty", "service.html", EMPTY_SERVICE, FRAME),
    ("compare", "compare.html", COMPARE, FRAME),
    ("compare-customer", "compare.html", CUSTOMER_COMPARE, CUSTOMER_FRAME),
    ("compare-empty", "compare.html", EMPTY_COMPARE, FRAME),
    ("workshop", "workshop.html", WORKSHOP, FRAME),
    ("workshop-reading", "workshop.html", READING_WORKSHOP, CUSTOMER_FRAME),
    ("workshop-empty", "workshop.html", EMPTY_WORKSHOP, FRAME),
    ("home", "home.html", HOME, replace(FRAME, current="home")),
    ("home-empty", "home.html", EMPTY_HOME, replace(FRAME, current="home")),
    ("home-first-run", "home.html", FIRST_RUN_HOME, replace(FRAME, current="home", band=None)),
    ("catalogue", "catalogue.html", CATALOGUE, FRAME),
    ("catalogue-empty", "catalogue.html", EMPTY_CATALOGUE, FRAME),
    ("history", "history.html", HISTORY_PAGE, FRAME),
    ("chain", "chain.html", CHAIN, replace(FRAME, current="chain")),
    ("chain-empty", "chain.html", EMPTY_CHAIN, replace(FRAME, current="chain")),
    ("checks", "checks.html", CHECKS, replace(FRAME, current="checks")),
    ("checks-clean", "checks.html", CLEAN_CHECKS, replace(FRAME, current="checks")),
    ("organization", "organization.html", ORGANIZATION, FRAME),
    ("organization-empty", "organization.html", EMPTY_ORGANIZATION, FRAME),
    ("calendar", "calendar.html", CALENDAR, FRAME),
    ("calendar-unknown", "calendar.html", UNKNOWN_CALENDAR, FRAME),
    ("calendar-closed-days", "calendar_closed_days.html", CLOSED_DAYS, FRAME),
    ("calendars", "calendars.html", CALENDARS, FRAME),
    ("calendars-empty", "calendars.html", CalendarsPage(p.Sentence()), FRAME),
    ("account", "account.html", ACCOUNT, FRAME),
    ("sign-in", "sign_in.html", SIGN_IN, STRANGER),
    ("sign-in-first", "sign_in.html", FIRST_SIGN_IN, STRANGER),
    ("error", "error.html", NOT_FOUND, FRAME),
)
