"""Rules written into the text of a configuration: text in, text out, and all that is not the rule stays as it was.

Only the lines of the one rule are taken out, rewritten by tomlkit with their comments kept, and put back; so nothing
else can change, whatever the rest of the file looks like. What comes out is read once more before it is given away.
Rules stand under ``[[rules]]`` each, or all in one list ``rules = [{…}, …]``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, MutableMapping, MutableSequence
from typing import TYPE_CHECKING, Any, TypeAlias

from alerts.compiling import no_collection
from khabardar.toml_lines import LineIndex, index_lines

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

Value: TypeAlias = str | bool | tuple[str, ...]
Keys: TypeAlias = Mapping[str, Value | None]
"""What a rule's keys become; None takes a key away."""

_LONE_END = re.compile("(?<!\r)\n")


class NotEditableError(Exception):
    """The file writes its rules in a way that is not understood here; the sentence says so."""


def rules_in(text: str) -> list[dict[str, Any]]:
    """The rules as they are written, ``${NAME}`` and all. Raises ``NotEditableError``."""
    return _rules_of(table_of(text))


def _rules_of(table: dict[str, Any]) -> list[dict[str, Any]]:
    rules = table.get("rules", [])
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise NotEditableError("The rules of the file are no list of tables.")
    return rules


def with_rule(text: str, keys: Keys) -> str:
    """The text with one more rule, behind the last one. Raises ``NotEditableError``."""
    table, index = table_of(text), index_lines(text)
    rules = _rules_of(table)
    added = {name: _plain(value) for name, value in keys.items() if value is not None}
    if ("rules",) in index.ends:
        first, last = stretch(text, index, ("rules",))
        made = _rewritten(text[first:last], lambda document: _into(document["rules"], keys))
        return _checked(text[:first] + made + text[last:], table, [*rules, added])
    place = stretch(text, index, ("rules", len(rules) - 1))[1] if rules else len(text)
    return _checked(with_lines(text, place, rule_text(keys)), table, [*rules, added])


def with_lines(text: str, place: int, lines: str) -> str:
    """The text with these lines at a place, an empty line before and behind them, with the line ends of the text."""
    end = line_end(text)
    before, behind = text[:place], text[place:]
    before += end if before and not before.endswith("\n") else ""
    gap = end if before and not before.endswith(("\n\n", "\n\r\n")) else ""
    after = end if behind and not behind.startswith(("\n", "\r\n")) else ""
    return before + gap + lines.replace("\n", end) + after + behind


def with_changed_rule(text: str, number: int, keys: Keys) -> str:
    """The text with keys of a rule changed; ``number`` counts from 0. Raises ``NotEditableError``."""
    table, index = table_of(text), index_lines(text)
    rules = _rules_of(table)
    listed = ("rules",) in index.ends
    first, last = stretch(text, index, ("rules",) if listed else ("rules", number))
    made = _rewritten(text[first:last], lambda document: _change(document["rules"][number if listed else 0], keys))
    changed = {**rules[number], **{name: _plain(value) for name, value in keys.items()}}
    rules[number] = {name: value for name, value in changed.items() if value is not None}
    return _checked(text[:first] + made + text[last:], table, rules)


def without_rule(text: str, number: int) -> str:
    """The text without a rule; comments above it and behind it stay. Raises ``NotEditableError``."""
    table, index = table_of(text), index_lines(text)
    rules = _rules_of(table)
    if ("rules",) in index.ends:
        first, last = stretch(text, index, ("rules",))
        made = _rewritten(text[first:last], lambda document: document["rules"].__delitem__(number))
    else:
        first, last = stretch(text, index, ("rules", number))
        made = ""
        empty = re.match("[ \t]*\r?\n", text[last:])
        if empty and re.search(r"(\A|\n[ \t]*\r?\n)\Z", text[:first]):
            last += empty.end()  # of two empty lines that would now meet
    return _checked(text[:first] + made + text[last:], table, rules[:number] + rules[number + 1 :])


def rule_as_written(text: str, number: int) -> str:
    """The lines of one rule; of rules in one list, all of it."""
    index = index_lines(text)
    first, last = stretch(text, index, ("rules",) if ("rules",) in index.ends else ("rules", number))
    return text[first:last]


def rule_text(keys: Keys) -> str:
    """A rule to put at the end of a file."""
    lines = [f"{name} = {_value_of(name, value)}\n" for name, value in keys.items() if value is not None]
    return "[[rules]]\n" + "".join(lines)


def toml_text(value: Value) -> str:
    """A value as TOML writes it: a text as it is between single quotes, where it may be; over several lines where it
    has some; escaped where it holds what an editor would not show."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_quoted, value))}]"
    if "'" not in value and value.isprintable():
        return f"'{value}'"
    lines = value.split("\n")
    if len(lines) > 1 and "'''" not in value and not value.endswith("'") and all(map(_shows, lines)):
        return f"'''\n{value}'''"
    return _quoted(value)


def _value_of(key: str, value: Value) -> str:
    """A query between single quotes, where a backslash is one; other texts between double ones, as is the custom."""
    return _quoted(value) if isinstance(value, str) and key != "query" else toml_text(value)


def _shows(line: str) -> bool:
    return line.replace("\t", "").isprintable()


def _quoted(text: str) -> str:
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    if letter.isprintable():
        return letter
    number = ord(letter)
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def _plain(value: Value | None) -> Any:
    return list(value) if isinstance(value, tuple) else value


def table_of(text: str) -> dict[str, Any]:
    """The whole file, read. Raises ``NotEditableError``."""
    try:
        with no_collection():
            return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotEditableError(f"The file is not valid TOML: {error}.") from None


def line_end(text: str) -> str:
    """What most lines of the text end with."""
    return "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"


def stretch(text: str, index: LineIndex, path: tuple[str | int, ...]) -> tuple[int, int]:
    """Where the lines of a table or value begin and end in the text."""
    ends = [line for known, line in index.ends.items() if known[: len(path)] == path]
    if path not in index.lines or not ends:
        raise NotEditableError(f"The place of the {path[0]} in the file was not found.")
    return _start_of(text, index.lines[path]), _start_of(text, max(ends) + 1)


def _start_of(text: str, line: int) -> int:
    at = 0
    for _ in range(line - 1):
        at = text.find("\n", at) + 1
        if not at:
            return len(text)
    return at


def _rewritten(lines: str, change: Callable[[Any], object]) -> str:
    """Some lines of the file, changed by tomlkit; line ends stay what they were."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    whole = lines if lines.endswith("\n") else f"{lines}{line_end(lines)}"
    try:
        document: TOMLDocument = tomlkit.parse(whole)
        change(document)
        made = tomlkit.dumps(document)
    except (TOMLKitError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise NotEditableError(f"The lines of the rule cannot be rewritten: {error}.") from None
    if line_end(whole) == "\r\n":
        made = _LONE_END.sub("\r\n", made)
    return made if lines.endswith("\n") else made.rstrip("\r\n")


def _change(rule: MutableMapping[str, Any], keys: Keys) -> None:
    import tomlkit

    for name, value in keys.items():
        if value is None:
            rule.pop(name, None)
        elif isinstance(value, tuple) and isinstance(rule.get(name), list):
            _members(rule[name], value)
        else:
            rule[name] = tomlkit.value(_value_of(name, value))


def _members(array: MutableSequence[Any], wanted: tuple[str, ...]) -> None:
    """The members of a list, its comments and lines kept."""
    import tomlkit

    for place in range(len(array) - 1, -1, -1):
        if array[place] not in wanted:
            del array[place]
    for one in wanted:
        if one not in array:
            array.append(tomlkit.value(toml_text((one,))[1:-1]))


def _into(array: MutableSequence[Any], keys: Keys) -> None:
    import tomlkit

    table = tomlkit.inline_table()
    for name, value in keys.items():
        if value is not None:
            several = isinstance(value, str) and "\n" in value  # a table on one line has no room for them
            table[name] = tomlkit.value(_quoted(str(value)) if several else _value_of(name, value))
    array.append(table)


def _checked(made: str, before: dict[str, Any], rules: list[dict[str, Any]]) -> str:
    """The new text, if it says what it should and nothing else: all but the rules as ``before``."""
    said = table_of(made)
    found = said.pop("rules", [])
    wanted = {name: value for name, value in before.items() if name != "rules"}
    if repr(said) != repr(wanted) or [*map(_unordered, found)] != [*map(_unordered, rules)]:
        raise NotEditableError("The rule could not be written without changing something else.")
    return made


def _unordered(rule: dict[str, Any]) -> dict[str, Any]:
    """The order of keys and of channels does not count."""
    return {name: sorted(map(str, value)) if isinstance(value, list) else value for name, value in rule.items()}
