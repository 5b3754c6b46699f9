"""Very many rules, compiled: they match what a loop over all finds, while they come and go and after a restart."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts import compiling
from alerts import match as alert_match
from alerts import rules as alert_rules
from alerts.compiling import compiled
from alerts.many import ManyRules
from alerts.match import matching, matching_names
from alerts.rules import Rule, Rules, RulesError, RuleSettings
from query import Document, Names, Query, QueryError
from query.tape import tape_of
from query.words import PARAGRAPH, PARTED, analyse
from tests.alerts.test_index import found, looped, newsrooms, rule
from tests.query.draw import NAMES, NOW, Values, moments
from tests.query.test_quick import PIECES


def no_refusal(number: int, error: QueryError) -> None:
    raise AssertionError((number, error))


def index_of(rules: list[Rule], file: Path | None = None) -> ManyRules:
    texts = [one.query.text for one in rules]
    return ManyRules(rules, *compiled(texts, NAMES, file, no_refusal))


@settings(max_examples=600, deadline=None)
@given(newsroom=newsrooms(), published=moments, seen=moments)
def test_the_compiled_rules_and_a_loop_over_all_rules_agree(
    newsroom: tuple[list[Rule], list[Values]], published: datetime | None, seen: datetime | None
) -> None:
    """All kinds of parts in three scripts; what the tables are sure of needs no judge."""
    rules, values = newsroom
    index = index_of(rules)
    for each in values:
        document = Document.of(**each, published_at=published, seen_at=seen)
        assert found(index, document) == looped(rules, document)


@settings(max_examples=150, deadline=None)
@given(newsroom=newsrooms(), data=st.data())
def test_compiled_rules_come_and_go_without_a_rebuild(
    newsroom: tuple[list[Rule], list[Values]], data: st.DataObject
) -> None:
    """After any changes the index is that of the rules left, in the order in which they came."""
    rules, values = newsroom
    documents = [Document.of(**each, seen_at=NOW) for each in values]
    first = data.draw(st.integers(0, len(rules)))
    index, live = index_of(rules[:first]), {one.name: one for one in rules[:first]}
    for one in data.draw(st.lists(st.sampled_from(rules), max_size=10)):
        if one.name in live and data.draw(st.booleans()):
            index.remove(one.name)
            del live[one.name]
        else:
            index.add(one)
            live.pop(one.name, None)
            live[one.name] = one
        assert len(index) == len(live)
        assert [found(index, each) for each in documents] == [looped(live.values(), each) for each in documents]


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(max_size=30))
def test_the_bytes_of_an_item_hold_the_words_of_the_analyser(text: str) -> None:
    """Word by word, folded and with case, parted where the analyser parts them."""
    tape = tape_of(Document.of(title=text), ("title",))
    words = analyse(text).listed
    expected = [(token, gap) for token, gap in zip(words.tokens, words.gaps, strict=True)]
    assert read_back(tape.folded) == expected
    assert read_back(tape_of(Document.of(title=text), ("title",), with_case=False).folded) == expected
    if tape.aligned:
        assert len(tape.cased) == len(tape.folded)
    assert [word for word, _ in read_back(tape.cased)] == words.cased


def read_back(tape: bytes) -> list[tuple[str, int]]:
    """The words with the gap before each, as the kernel understands them."""
    found: list[tuple[str, int]] = []
    gap = PARAGRAPH
    for piece in tape.decode("utf-8", "surrogatepass").replace("\n", " \n ").replace("\x1f", " \x1f ").split(" "):
        if piece in ("\n", "\x1f"):
            gap = PARAGRAPH if piece == "\n" else gap or PARTED
        elif word := piece.rstrip("\x1e").rstrip(".,"):
            found.append((word[:-2] if word[-2:] in ("'s", "'S") else word, gap))
            gap = 0
    return found


def test_rules_that_share_a_query_all_match_in_their_order() -> None:
    """One row of the tables, three rules; each goes by itself."""
    rules = [rule(name, drawn(text)) for name, text in [("a", "car"), ("b", "tax"), ("c", "car"), ("d", "car")]]
    index, document = index_of(rules), Document.of(title="car tax")
    assert found(index, document) == ["a", "b", "c", "d"]
    index.remove("a")
    assert found(index, document) == ["b", "c", "d"]
    index.remove("c")
    index.remove("d")
    assert found(index, document) == ["b"]
    with pytest.raises(KeyError):
        index.remove("d")


def drawn(text: str) -> Query:
    return Query(text, NAMES)


def test_a_long_item_has_room() -> None:
    """The room for words grows with the item."""
    index = index_of([rule("end", drawn('"the end"')), rule("near", drawn("start NEAR/3 end"))])
    words = " ".join(f"w{number}" for number in range(20_000))
    assert found(index, Document.of(body=f"start {words} the end")) == ["end"]
    assert found(index, Document.of(body=f"start of the end {words}")) == ["end", "near"]


# -- the file of compiled rules ---------------------------------------------------------------------------------------


def settings_of(texts: Iterable[str]) -> list[RuleSettings]:
    return [RuleSettings(name=f"r{number}", query=text) for number, text in enumerate(texts)]


@pytest.fixture
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alert_rules, "MANY", 1)


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts parsed while rules are loaded."""
    texts: list[str] = []
    parse = compiling.parse

    def noted(text: str, names: Names | None = None) -> object:
        texts.append(text)
        return parse(text, names)

    monkeypatch.setattr(compiling, "parse", noted)
    return texts


TEXTS = [f"car{number} OR topic:cars" for number in range(20)] + [f"tax{number}" for number in range(20)]
CARS = Names({"cars": "car OR automobile"})


def names_for(texts: list[str], file: Path, title: str, names: Names = CARS) -> list[str]:
    return matching_names(Document.of(title=title), Rules(settings_of(texts), names, file=file), NOW)


@pytest.mark.usefixtures("few_are_many")
def test_a_second_start_parses_nothing(tmp_path: Path, parsed: list[str]) -> None:
    """The rules come out of the file, and match the same."""
    file = tmp_path / "news.db.rules"
    first = names_for(TEXTS, file, "an automobile tax3")
    assert first == [*[f"r{number}" for number in range(20)], "r23"]
    parsed.clear()
    assert names_for(TEXTS, file, "an automobile tax3") == first
    assert parsed == []
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


@pytest.mark.usefixtures("few_are_many")
def test_only_what_is_new_is_parsed(tmp_path: Path, parsed: list[str]) -> None:
    """Rules added, changed, removed and moved since the file was written, each in its new place."""
    file = tmp_path / "rules"
    names_for(TEXTS, file, "")
    parsed.clear()
    texts = ["tax3", "brandnew", *TEXTS[:-1]]
    assert names_for(texts, file, "brandnew tax3") == ["r0", "r1", "r25"]
    assert parsed == ["brandnew"]


@pytest.mark.usefixtures("few_are_many")
def test_a_changed_topic_changes_the_rules_that_name_it(tmp_path: Path, parsed: list[str]) -> None:
    """The text of a rule is not all that it means."""
    file = tmp_path / "rules"
    names_for(TEXTS, file, "")
    parsed.clear()
    assert names_for(TEXTS, file, "lorry", Names({"cars": "lorry"})) == [f"r{number}" for number in range(20)]
    assert set(TEXTS[:20]) <= set(parsed)


def test_a_topic_that_names_a_rule_makes_its_rules_depend_on_rules() -> None:
    """By way of the topic."""
    topics = {"cars": "car OR rule:desk"}
    one, other = (compiling.digests_of(["topic:cars", "x"], Names(topics, {"desk": text})) for text in ("a", "b"))
    assert one[0] != other[0]
    assert one[1] == other[1]


def damaged(content: bytes) -> list[bytes]:
    header = content.index(b"\n{") + 1 if b"\n{" in content else 82
    return [
        b"",
        b"{}",
        content[:50],
        content[:-1],
        content + b"x",
        content[:-9] + bytes([content[-9] ^ 1]) + content[-8:],
        content[:header] + b"\x00" + content[header + 1 :],
        b"PK\x03\x04" + content,
        b"\x80\x04\x95" + content,
    ]


@pytest.mark.usefixtures("few_are_many")
def test_a_damaged_file_is_a_line_in_the_log_and_made_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Cut off, a bit turned, another kind of file: no rule falls silent."""
    file = tmp_path / "rules"
    expected = names_for(TEXTS, file, "car tax3 tax7")
    content = file.read_bytes()
    for bad in damaged(content):
        file.write_bytes(bad)
        caplog.clear()
        assert names_for(TEXTS, file, "car tax3 tax7") == expected
        assert "made anew" in caplog.text
        assert file.read_bytes() == content


@pytest.mark.usefixtures("few_are_many")
def test_a_file_of_another_version_is_not_believed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What rules mean may have changed with the program."""
    file = tmp_path / "rules"
    monkeypatch.setattr(compiling, "_version", lambda: "older")
    names_for(["car"], file, "car")
    monkeypatch.undo()
    assert compiling.read(file) is None
    assert "another version" in caplog.text


def test_a_file_that_others_may_write_is_not_believed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Its numbers are followed by native code."""
    file = tmp_path / "rules"
    compiled(["car"], NAMES, file, no_refusal)
    assert compiling.read(file) is not None
    file.chmod(0o666)
    assert compiling.read(file) is None
    assert "others may write" in caplog.text


@pytest.mark.usefixtures("few_are_many")
def test_a_folder_that_cannot_be_written_only_costs_time(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The rules work as before."""
    assert names_for(["car"], tmp_path / "gone" / "rules", "car") == ["r0"]
    assert "could not be kept" in caplog.text


@pytest.mark.usefixtures("few_are_many")
def test_every_rule_that_does_not_parse_is_named(tmp_path: Path) -> None:
    """Also from a file that holds the others."""
    file = tmp_path / "rules"
    names_for(TEXTS, file, "")
    with pytest.raises(RulesError) as caught:
        Rules(settings_of([*TEXTS, "(open", "-not"]), CARS, file=file)
    assert [name for name, _ in caught.value.errors] == ["r40", "r41"]


@pytest.mark.usefixtures("few_are_many")
def test_without_native_code_the_rules_match_the_same(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Slower, and the log says so."""

    def missing(*_: object) -> None:
        raise ImportError("no numba here")

    monkeypatch.setattr(alert_rules, "compiled", missing)
    rules = Rules(settings_of(TEXTS), CARS)
    assert matching_names(Document.of(title="tax3"), rules, NOW) == ["r23"]
    assert "slower" in caplog.text


@pytest.mark.usefixtures("few_are_many")
def test_tables_that_cannot_be_asked_silence_no_rule(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither when the index is made nor when an item comes."""

    def broken(*_: object) -> None:
        raise RuntimeError("no such row")

    document = Document.of(title="tax3")
    monkeypatch.setattr(alert_match, "FEW", 0)
    rules = Rules(settings_of(TEXTS), CARS)
    monkeypatch.setattr(ManyRules, "_codes", broken)
    assert matching_names(document, rules, NOW) == ["r23"]
    assert [one.name for one, _ in matching(document, rules, NOW)] == ["r23"]
    assert "every rule is judged" in caplog.text
    monkeypatch.setattr(ManyRules, "__init__", broken)
    assert matching_names(document, Rules(settings_of(TEXTS), CARS), NOW) == ["r23"]
    assert "slower" in caplog.text
