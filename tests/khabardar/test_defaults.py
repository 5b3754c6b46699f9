"""The configuration that ``init`` writes: its topics find what they are for, and not their false friends."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from khabardar.settings import Settings, load
from query import Document, judge, parse


@pytest.fixture(scope="module")
def settings() -> Settings:
    """The default configuration, as it is shipped."""
    return load(Path(str(files("khabardar") / "defaults" / "khabardar.toml")), {})


def _topics(settings: Settings, text: str) -> set[str]:
    document = Document.of(title=text)
    return {name for name in settings.topics if judge(parse(f"topic:{name}", settings.names), document).matched}


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("Karachi and Tokyo talk about automobile exports", {"pakistan", "japan", "automotive", "trade"}),
        ("The auto industry asks for a new auto policy", {"automotive"}),
        ("Car sales fall for a third month", {"automotive"}),
        ("Duty on used cars raised, says S.R.O. 1895(I)/2025", {"automotive", "trade"}),
        ("METI and JETRO to send a trade delegation", {"japan", "trade"}),
        ("CKD kits: importers wait for letters of credit", {"automotive", "trade"}),
        ("جاپانی سفیر کی اسلام آباد میں ملاقات", {"japan", "pakistan"}),
        ("آٹو موٹیو شعبہ اور آٹو پالیسی", {"automotive"}),
        ("استعمال شدہ گاڑیوں کی درآمد پر ریگولیٹری ڈیوٹی", {"automotive", "trade"}),
        ("پاکستانی برآمدات میں اضافہ", {"pakistan", "trade"}),
        ("パキスタンの自動車産業、輸入関税を見直し", {"pakistan", "automotive", "trade"}),
        ("日本からの中古車", {"japan", "automotive"}),
        ("چینی کی قیمت", {"food"}),
        ("چینی کمپنی کی سرمایہ کاری", {"china", "investment"}),
    ],
)
def test_topic_finds_its_news_in_three_languages(settings: Settings, text: str, topics: set[str]) -> None:
    """English, Urdu, Japanese."""
    assert _topics(settings, text) == topics


@pytest.mark.parametrize(
    "text",
    [
        "The author of an important report on autonomous schools",
        "Go Suzuki wins the race",
        "Two killed as a car hits an auto-rickshaw",
        "A vehicle overturned; four injured",
        "Patients with CKD need more dialysis",
        "Trade unions call a strike; leaders trade barbs",
        "PTA blocks an app",
        "سرکاری کاروبار اور پولیس کی کارروائی",
        "ملزم سے اسلحہ برآمد",
        "گاڑی کھائی میں گرنے سے تین افراد جاں بحق",
        "کارساز کے قریب حادثہ",
    ],
)
def test_false_friend_belongs_to_no_topic(settings: Settings, text: str) -> None:
    """Words that only look like the topic."""
    assert _topics(settings, text) == set()


@pytest.mark.parametrize(
    ("title", "section", "alerts"),
    [
        ("Japan's automakers look at Pakistan", "business", True),
        ("Japan win the hockey cup, automobile firm sponsors", "business", False),
        ("Japanese automobile firm sponsors the cup", "sports", False),
        ("Three injured in crash at Japanese automobile plant", "business", False),
        ("Rickshaw exports to Japan: an automobile story", "business", True),
    ],
)
def test_example_rule_keeps_sport_and_accidents_out_but_not_trade(
    settings: Settings, title: str, section: str, alerts: bool
) -> None:
    """An accident about trade is trade."""
    rule = next(rule for rule in settings.rules if rule.name == "japan-automotive")
    assert judge(parse(rule.query, settings.names), Document.of(title=title, section=section)).matched is alerts


def test_default_configuration_raises_no_doubt(settings: Settings) -> None:
    """No warning but that nobody can be written to yet; what is off is off for a reason; all rules told to somebody."""
    assert [warning.key for warning in settings.warnings] == ["crawl.user_agent"]
    off = {source.name for source in settings.sources if not source.enabled}
    assert off == {"gdelt", "gnews-en", "gnews-ur", "gnews-ja", "radiopk"}
    assert all(rule.channels for rule in settings.rules)
