"""Definition checks (R9): what is missing or contradictory in a catalogue, and how to mend it.

``check_catalogue`` asks every rule of ``RULES``; pages, files, commands and programs all show
what it returns.
"""

from catenary.domain.checks.catalogue import RULES, check_catalogue, rule_of
from catenary.domain.checks.rule import Rule

__all__ = ["RULES", "Rule", "check_catalogue", "rule_of"]
