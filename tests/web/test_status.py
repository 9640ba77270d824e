"""The condition on the page of a service: told to whoever may see it, as far as they may."""

from __future__ import annotations

import pytest

from catenary import clock
from catenary.apps.monitoring.operations.engine import Engine
from catenary.apps.monitoring.operations.recording import record_observations
from catenary.domain.actors import Actor
from tests.web.access.world import World

pytestmark = pytest.mark.django_db

OPERATOR = Actor(is_operator=True, door="tests")
PAGE = "/services/alpha-it/portal/"


def say(service: str, condition: str, text: str = "") -> None:
    """Report something, and let the engine follow it."""
    word = {"service": service, "condition": condition, "text": text, "source": "probe"}
    record_observations(actor=OPERATOR, at=clock.now(), words=[word])
    engine = Engine()
    while engine.step(clock.now()).is_more:
        pass


def status_on(world: World, who: str) -> str:
    html = world.client(who).get(PAGE).content.decode()
    block = html.partition('aria-labelledby="status"')[2].partition("</section>")[0]
    return " ".join(block.split())


def test_nothing_is_said_where_nobody_reports_anything(world: World) -> None:
    assert status_on(world, "viewer at the provider") == ""


def test_the_provider_reads_the_path_and_the_words(world: World) -> None:
    say("alpha-it/engine", "down", "<b>no oil</b>")

    block = status_on(world, "viewer at the provider")

    assert "condition-down" in block and ">down<" in block.replace("</svg>down<", ">down<")
    assert 'href="/services/alpha-it/engine/"' in block
    assert "&lt;b&gt;no oil&lt;/b&gt;" in block and "<b>" not in block
    assert "probe" in block


def test_a_customer_reads_the_condition_and_nothing_of_what_is_behind(world: World) -> None:
    say("alpha-it/engine", "down", "Zenginetext")

    block = status_on(world, "customer")

    assert "condition-down" in block
    assert "a supporting service of Zalphait" in block
    for hidden in ("Zengine", "alpha-it/engine", "probe"):
        assert hidden not in block
