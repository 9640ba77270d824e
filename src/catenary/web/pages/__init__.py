"""What each page is told: frozen plain values, filled by the views and read by the templates.

A page is rendered with two context variables: ``page``, one of the ``…Page`` values here, and
``frame``, a :class:`Frame` (who is signed in, whose eyes, where things are). Nothing here reads
the database, the clock or a request; texts are already in the reader's language.
"""

from catenary.web.pages.account import (
    AccountPage,
    ErrorPage,
    MembershipRow,
    SignInPage,
    SignOnChoice,
)
from catenary.web.pages.catalogue import CataloguePage, CatalogueRow
from catenary.web.pages.chain import ChainChoice, ChainPage, ChainRow
from catenary.web.pages.checks import ChecksPage, FindingRow, RuleGroup
from catenary.web.pages.compare import Cell, ComparePage, CompareRow, CustomerChoice
from catenary.web.pages.frame import (
    Account,
    Addresses,
    Frame,
    LanguageChoice,
    LooksBack,
    ViewpointBand,
    ViewpointChoice,
)
from catenary.web.pages.history import Change, HistoryEntry, HistoryPage
from catenary.web.pages.home import (
    CustomerRow,
    FarOutcome,
    HeldService,
    HomePage,
    ProvidedCounts,
    ReliedOnProvider,
    ReliedOnService,
)
from catenary.web.pages.marks import (
    Because,
    Chip,
    ConditionMark,
    Contact,
    Count,
    Facet,
    Figure,
    RoleMark,
    StageMark,
)
from catenary.web.pages.organization import OrganizationPage, PersonRow, ServiceRow
from catenary.web.pages.sentences import Link, Sentence, say
from catenary.web.pages.service import (
    CoCreationCard,
    ConsumerRow,
    GroupMember,
    Hours,
    MeasureLine,
    Promise,
    Quotation,
    ReliedOnGroup,
    ServicePage,
    UtilityRow,
)
from catenary.web.pages.workshop import (
    AgreementCard,
    ConfirmedLine,
    DifferenceLine,
    ProposalCard,
    SaidWord,
    Typed,
    WorkshopCard,
    WorkshopLine,
    WorkshopPage,
    WorkshopPart,
)

__all__ = [
    "Account",
    "AccountPage",
    "Addresses",
    "AgreementCard",
    "Because",
    "CataloguePage",
    "CatalogueRow",
    "Cell",
    "ChainChoice",
    "ChainPage",
    "ChainRow",
    "Change",
    "ChecksPage",
    "Chip",
    "CoCreationCard",
    "ComparePage",
    "CompareRow",
    "ConditionMark",
    "ConfirmedLine",
    "ConsumerRow",
    "Contact",
    "Count",
    "CustomerChoice",
    "CustomerRow",
    "DifferenceLine",
    "ErrorPage",
    "Facet",
    "FarOutcome",
    "Figure",
    "FindingRow",
    "Frame",
    "GroupMember",
    "HeldService",
    "HistoryEntry",
    "HistoryPage",
    "HomePage",
    "Hours",
    "LanguageChoice",
    "Link",
    "LooksBack",
    "MeasureLine",
    "MembershipRow",
    "OrganizationPage",
    "PersonRow",
    "Promise",
    "ProposalCard",
    "ProvidedCounts",
    "Quotation",
    "ReliedOnGroup",
    "ReliedOnProvider",
    "ReliedOnService",
    "RoleMark",
    "RuleGroup",
    "SaidWord",
    "Sentence",
    "ServicePage",
    "ServiceRow",
    "SignInPage",
    "SignOnChoice",
    "StageMark",
    "Typed",
    "UtilityRow",
    "ViewpointBand",
    "ViewpointChoice",
    "WorkshopCard",
    "WorkshopLine",
    "WorkshopPage",
    "WorkshopPart",
    "say",
]
