"""Templates of the user's own: used where they work, and never a reason to lose an alert."""

from __future__ import annotations

import logging
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
import pytest

from alerts import template_process
from alerts.channels.mime import mail_of
from alerts.letter import letter_of
from alerts.rendering import Words, faults_in, words_of
from tests.alerts.mailserver import read
from tests.alerts.samples import alert, item, span

ZONE = ZoneInfo("Asia/Karachi")
BROKEN = {
    "no end": "{% for story in letter.stories %}x",
    "unknown name": "{{ letter.nonsense }}",
    "nothing": "   \n",
    "division": "{{ 1 / 0 }}",
    "reaches out of the sandbox": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "changes what it is given": "{{ message.update({}) }}",
    "another file": "{% include '../secret' %}",
    "a file that is not there": "{% include 'nothing.txt' %}",
    "too long a range": "{% for n in range(10**9) %}x{% endfor %}",
    "too much": "{% for n in range(99999) %}{{ 'x' * 100 }}{% endfor %}",
    "a text that fills the memory": "{{ 'x' * 10**10 }}",
    "a number that fills the memory": "{{ 9 ** 9 ** 9 }}",
    "a filter that fills the memory": "{{ 'x' | center(10**10) }}",
    "a format that fills the memory": "{{ '%1000000000d' % 1 }}",
    "a sum that fills the memory": "{% set n = namespace(a='x' * 1000000) %}"
    "{% for _ in range(40) %}{% set n.a = n.a + n.a %}{% endfor %}{{ n.a | length }}",
    "recursion": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
}


def words(folder: Path, **templates: str) -> Words:
    for name, text in templates.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
    message = alert()
    return words_of(letter_of(message, ZONE), message, folder)


def test_own_templates_are_used_and_what_is_not_replaced_stays(tmp_path: Path) -> None:
    """Each of the four by itself; the view and the raw message are there."""
    made = words(
        tmp_path,
        letter_txt="{% for story in letter.stories %}{{ story.reports[0].outlet }}{% endfor %}\n",
        subject_txt="{{ message.data.channel }}:\n {{ letter.subject }}",
    )
    assert made.text == "urdupoint\n"
    assert made.subject == "desk: [japan-automotive] Pakistan and Japan agree on an automotive training centre"
    assert ">Japan</mark>" in made.html
    assert "urdupoint · Fri 15 Aug 2025, 18:00 PKT" in made.brief
    assert made.faults == {}


def test_own_html_is_escaped_and_may_use_ours(tmp_path: Path) -> None:
    """Escaping is not the user's task; built-in parts can be included."""
    (tmp_path / "letter.html").write_text("<p>{{ message.data.stories[0].title }}</p>", encoding="utf-8")
    one = item(title="<script>alert(1)</script> Japan")
    message = alert(one, span(one, "title", "Japan"))
    assert words_of(letter_of(message, ZONE), message, tmp_path).html.startswith("<p>&lt;script&gt;")
    made = words(tmp_path, letter_html="{% include 'builtin/letter.html' %}<!-- ours -->")
    assert ">Japan</mark>" in made.html
    assert made.html.endswith("<!-- ours -->")
    assert made.faults == {}


@pytest.mark.parametrize(
    ("name", "broken"),
    [*(("letter.txt", one) for one in BROKEN), ("letter.html", "division"), ("subject.txt", "division")],
)
def test_a_broken_template_is_replaced_by_ours_which_says_so(
    tmp_path: Path, name: str, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    """In the message and in the log; the alert is whole."""
    (tmp_path.parent / "secret").write_text("sesame", encoding="utf-8")
    with caplog.at_level(logging.ERROR):
        made = words(tmp_path, **{name.replace(".", "_"): BROKEN[broken]})
    assert set(made.faults) == {name}
    assert "could not be used" in caplog.text
    told = {"letter.html": made.html, "letter.txt": made.text, "subject.txt": made.text}[name]
    assert "could not be used, so this is the built-in form" in told
    assert "sesame" not in told
    assert "training centre" in told
    assert made.subject.startswith("[japan-automotive] ")


def test_a_template_without_end_is_left_behind_and_not_tried_again_until_it_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loops in loops end one day, far too late."""
    monkeypatch.setattr(template_process, "PATIENCE", 0.2)
    endless = "{% for a in range(9000) %}{% for b in range(9000) %}{% endfor %}{% endfor %}x"
    before = psutil.Process().children()
    first = words(tmp_path, letter_txt=endless)
    assert "longer than" in first.faults["letter.txt"]
    assert psutil.Process().children() == before
    message = alert()
    again = words_of(letter_of(message, ZONE), message, tmp_path)
    assert "not tried again until it is changed" in again.faults["letter.txt"]
    monkeypatch.setattr(template_process, "PATIENCE", 5.0)
    assert words(tmp_path, letter_txt="mended").text == "mended\n"


def test_a_mail_is_made_by_the_same_templates_and_never_by_chance(tmp_path: Path) -> None:
    """The same bytes on every try."""
    (tmp_path / "letter.html").write_text("<b>{{ letter.heading }}</b>", encoding="utf-8")
    made = [mail_of(alert(), "d1", "k@example.org", ["a@example.org"], ZONE, templates=tmp_path) for _ in range(2)]
    assert made[0] == made[1]
    html = read(made[0]).get_body(("html",))
    assert html is not None
    assert html.get_content().strip() == "<b>New report · japan-automotive</b>"
    assert "random" in words(tmp_path, letter_txt="{{ [1, 2] | random }}").faults["letter.txt"]


def test_faults_that_can_be_seen_beforehand_are_told_by_name(tmp_path: Path) -> None:
    """For ``khabardar check``."""
    (tmp_path / "letter.txt").write_text("{% if %}", encoding="utf-8")
    (tmp_path / "brief.txt").write_text("fine", encoding="utf-8")
    assert list(faults_in(tmp_path)) == ["letter.txt"]


def test_one_template_that_has_no_end_leaves_the_others_at_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its process is ended; the next template has a new one."""
    monkeypatch.setattr(template_process, "PATIENCE", 1.0)
    endless = "{% for a in range(9000) %}{% for b in range(9000) %}{% endfor %}{% endfor %}x"
    made = words(tmp_path, subject_txt="Mine", letter_html=endless, letter_txt="mine", brief_txt="short")
    assert (made.subject, made.text, made.brief) == ("Mine", "mine\n", "short\n")
    assert list(made.faults) == ["letter.html"]
