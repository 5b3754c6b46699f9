"""A source that goes silent, from outside: the operator hears of it once, and once when it is back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.route.articles import numbered
from tests.route.conftest import Town
from tests.route.test_service import running, until


def notices(town: Town) -> list[dict[str, Any]]:
    """What the operator was told."""
    return [call.body for call in town.hook.calls if call.body["type"] == "notice"]


def test_a_source_that_fails_goes_dark_and_comes_back(town: Town) -> None:
    """One notice each way; the lists of sources and rules say it meanwhile; news that came after are told."""
    town.configure(service='operator = ["hook"]', crawl='first_visit = "all"')
    town.outlet.publish(numbered(1))
    town.outlet.broken = True
    for _ in range(6):
        town.khabardar("crawl", status=1)
    [dark] = town.json_lines("source", "list", "--json")
    [rule] = town.json_lines("rule", "list", "--json")
    assert (dark["state"], dark["trouble"]) == ("dark", "failing")
    assert "500" in dark["why"]
    assert [one["source"] for one in rule["dark"]] == ["outlet"]
    assert "dark: outlet, since" in town.khabardar("rule", "list")
    [told] = [notice["data"] for notice in notices(town)]
    assert (told["about"], told["state"], told["since"]) == ("outlet", "dark", dark["since"])
    town.outlet.broken = False
    for _ in range(3):
        town.khabardar("crawl")
    _, told = (notice["data"] for notice in notices(town))
    assert (told["about"], told["state"]) == ("outlet", "ok")
    assert [call.titles for call in town.hook.calls if call.body["type"] == "alert"] == [[numbered(1).title]]
    [well] = town.json_lines("source", "list", "--json")
    assert (well["state"], well["why"]) == ("ok", None)


def test_the_service_tells_the_operator_by_itself(town: Town, tmp_path: Path) -> None:
    """A source that fails from the start."""
    town.configure(service='operator = ["hook"]')
    town.outlet.broken = True
    with running(town, tmp_path / "log") as service:
        until(lambda: notices(town), "the notice", service)
    assert notices(town)[0]["data"]["subject"] == "Source outlet has gone dark"
