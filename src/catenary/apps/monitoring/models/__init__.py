"""The tables of this room, one module for each subject."""

from catenary.apps.monitoring.models.inlets import Inlet, InletAccount, InletVersion, RefusedItem
from catenary.apps.monitoring.models.maintenance import (
    Maintenance,
    MaintenanceService,
    MaintenanceVersion,
)
from catenary.apps.monitoring.models.telling import (
    Delivery,
    FeedAddress,
    PublicPage,
    Subscription,
    Told,
    ToldMaintenance,
)
from catenary.apps.monitoring.models.words import (
    Belated,
    EffectiveCondition,
    Followed,
    Observation,
    OwnCondition,
    PackedChange,
    Propagation,
    Source,
    Waiting,
)

__all__ = [
    "Belated",
    "Delivery",
    "EffectiveCondition",
    "FeedAddress",
    "Followed",
    "Inlet",
    "InletAccount",
    "InletVersion",
    "Maintenance",
    "MaintenanceService",
    "MaintenanceVersion",
    "Observation",
    "OwnCondition",
    "PackedChange",
    "Propagation",
    "PublicPage",
    "RefusedItem",
    "Source",
    "Subscription",
    "Told",
    "ToldMaintenance",
    "Waiting",
]
