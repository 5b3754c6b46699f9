"""The keys that say when and how a channel is told: what is right, and what a mistake is answered with."""

from __future__ import annotations

from pathlib import Path

import pytest

from khabardar.settings import Settings, SettingsErrors, load

HOOK = '[[channels]]\nname = "hook"\nkind = "webhook"\nurl = "https://example.org/hook"\n'
MAIL = (
    '[[channels]]\nname = "desk"\nkind = "email"\nto = "a@example.org"\nfrom = "b@example.org"\n'
    'server = "smtp://127.0.0.1:25"\n'
)
RULE = '[[rules]]\nname = "cars"\nquery = "car"\n'


def read(folder: Path, text: str) -> Settings:
    (folder / "k.toml").write_text(text, encoding="utf-8")
    return load(folder / "k.toml")


def test_when_a_channel_is_told_is_understood(tmp_path: Path) -> None:
    """In the canonical form."""
    more = 'quiet_hours = "22:00 - 7:00"\ntimezone = "Asia/Tokyo"\nmax_per_hour = 5\n'
    settings = read(tmp_path, HOOK + more + RULE + 'channels = ["hook"]\nurgent = true\n')
    (hook,) = settings.channels
    assert (hook.quiet_hours, hook.timezone, hook.max_per_hour) == ("22:00-07:00", "Asia/Tokyo", 5)
    assert settings.rules[0].urgent


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('quiet_hours = "night"', 'write when they begin and end, "22:00-07:00"'),
        ('quiet_hours = "22:00-24:30"', "write it from 00:00 to 23:59"),
        ('timezone = "Asia/Karatchi"', '"Asia/Karatchi" is not a time zone.'),
        ("max_per_hour = -1", "max_per_hour"),
        ('max_per_hour = "5"', "must be a whole number without quotes"),
        ("urgent = true", 'there is no key "urgent" here.'),
        ('templates = "x"', 'there is no key "templates" here.'),
    ],
)
def test_a_mistake_is_answered_with_its_line_and_what_is_right(tmp_path: Path, line: str, message: str) -> None:
    """File, line, key, sentence."""
    with pytest.raises(SettingsErrors) as raised:
        read(tmp_path, HOOK + line + "\n")
    (error,) = raised.value.errors
    assert error.line == 5
    assert message in str(error)
    assert error.key.startswith("channels[hook].")


def test_templates_are_found_beside_the_configuration(tmp_path: Path) -> None:
    """A broken one is a doubt, not an error: nothing is lost by it."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "letter.txt").write_text("{% if %}", encoding="utf-8")
    settings = read(tmp_path, MAIL + 'templates = "own"\n')
    assert settings.channels[0].templates == str(tmp_path / "own")  # type: ignore[union-attr]
    (warning,) = settings.warnings
    assert "letter.txt cannot be used, the built-in one takes its place: TemplateSyntaxError in line 1" in str(warning)
    (tmp_path / "own" / "letter.txt").unlink()
    assert "none of letter.html" in str(read(tmp_path, MAIL + 'templates = "own"\n').warnings[0])
    with pytest.raises(SettingsErrors, match=r"templates: there is no folder .*nowhere"):
        read(tmp_path, MAIL + 'templates = "nowhere"\n')


@pytest.mark.parametrize("way", ["desk@example.org", "javascript:x", "mailto:a@b.example\\r\\nBcc: x"])
def test_a_way_out_is_a_mail_or_a_page(tmp_path: Path, way: str) -> None:
    """Anything else would break the header."""
    with pytest.raises(SettingsErrors, match="write where to unsubscribe"):
        read(tmp_path, MAIL + f'unsubscribe = "{way}"\n')


def test_an_apprise_url_is_judged_by_apprise_and_never_repeated(tmp_path: Path) -> None:
    """At its own line of the list."""
    chat = '[[channels]]\nname = "chat"\nkind = "apprise"\nurl = [\n  "ntfy://topic",\n  "slack://my-own-token"\n]\n'
    with pytest.raises(SettingsErrors) as raised:
        read(tmp_path, chat)
    (error,) = raised.value.errors
    assert error.line == 6
    assert "Apprise cannot use this URL of slack://" in str(error)
    assert "my-own-token" not in str(error)
    good = read(tmp_path, chat.replace("slack://my-own-token", "json://example.org/x"))
    assert len(good.channels[0].targets) == 2  # type: ignore[union-attr]
