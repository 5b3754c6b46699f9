"""From one TOML table to one settings value: pydantic judges, its findings become sentences with a line."""

from __future__ import annotations

import datetime as dt
import json
import re
import types
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from khabardar.settings.errors import Findings, did_you_mean
from khabardar.toml_lines import Path as KeyPath

Model = TypeVar("Model", bound=BaseModel)
Details = Mapping[str, Any]


def build(model: type[Model], table: Mapping[str, Any], path: KeyPath, found: Findings) -> Model | None:
    """The settings value, or None with its errors noted in ``found``.

    Judged strictly: "yes" is not true, 1 is not a text. pydantic's strict mode goes too far in one point, it refuses a
    list where a tuple is kept; so what is built is built laxly, and the strict mode only has its say.
    """
    written = json.dumps(table, default=_plain)
    strictly, strict_errors = _tried(model, written, strict=True)
    if strictly is not None:
        return strictly
    built, errors = _tried(model, written, strict=False)
    errors += [details for details in strict_errors if not _is_list(details)]
    grouped: dict[KeyPath, list[Details]] = {}
    for details in errors:
        grouped.setdefault(_place(details, table), []).append(details)
    for place, about in grouped.items():
        sentence = _sentence(about, model, place)
        spoken_of = _spoken_of(sentence, place, table)
        if not (spoken_of and found.doubtful((*path, *place))):
            found.error((*path, *place, *spoken_of), sentence)
    return None if grouped else built


def _tried(model: type[Model], written: str, *, strict: bool) -> tuple[Model | None, list[Details]]:
    try:
        return model.model_validate_json(written, strict=strict), []
    except ValidationError as error:
        return None, [dict(details) for details in error.errors(include_url=False, include_input=True)]


def _is_list(details: Details) -> bool:
    return details["type"] in {"tuple_type", "set_type", "frozen_set_type"} and isinstance(details["input"], list)


def _plain(value: object) -> str:
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _place(details: Mapping[str, Any], table: Mapping[str, Any]) -> KeyPath:
    """The part of the location that is really written in the table, plus the key that is missing.

    A union reports each of its members with a tag below the key: that tail is cut.
    """
    value: Any = table
    place: KeyPath = ()
    location = details["loc"]
    for number, key in enumerate(location):
        if (isinstance(value, Mapping) and key in value) or (
            isinstance(value, Sequence) and not isinstance(value, str) and isinstance(key, int) and key < len(value)
        ):
            value = value[key]
        elif details["type"] == "missing" and number == len(location) - 1:
            return (*place, key)
        else:
            continue
        place = (*place, key)
    return place


def _spoken_of(sentence: str, place: KeyPath, table: Mapping[str, Any]) -> KeyPath:
    """The key inside of a table that an error about the whole table names first, where it is written."""
    value: Any = table
    for key in place:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return ()
    words = re.findall(r"\w+", sentence) if isinstance(value, Mapping) else []
    return next(((word,) for word in words if word in value), ())


def _sentence(errors: list[Details], model: type[BaseModel], place: KeyPath) -> str:
    if any(details["type"] == "extra_forbidden" for details in errors):
        return _unknown_key(str(place[-1]), fields_of(model_at(model, place[:-1])))
    sentences = dict.fromkeys(_one(details) for details in errors)
    return " Or: ".join(sentences)


def _unknown_key(key: str, known: set[str]) -> str:
    return f'there is no key "{key}" here.{did_you_mean(key, known)}'


def _one(details: Details) -> str:
    kind, context, given = details["type"], details.get("ctx", {}), details["input"]
    if kind == "missing":
        return "this key is required."
    if kind in {"value_error", "assertion_error"}:
        return _ended(str(details["msg"]).split(", ", 1)[-1])
    if kind in {"literal_error", "enum"}:
        expected = str(context.get("expected", ""))
        choices = [part.strip().strip("'") for part in expected.replace(" or ", ", ").split(",")]
        near = did_you_mean(given, choices) if isinstance(given, str) else ""
        return f"must be one of {expected}.{near if 'mean' in near else ''}"
    if kind in _WANTED:
        return f"must be {_WANTED[kind]}, not {_toml_kind(given)}."
    if kind in {"string_too_short", "too_short"}:
        return "must not be empty."
    message = str(details["msg"])
    return _ended(message.replace("Input should be", "must be").replace("Value error, ", ""))


_WANTED = {
    "string_type": 'a text in quotes, such as "…"',
    "bool_type": "true or false (small letters, no quotes)",
    "bool_parsing": "true or false (small letters, no quotes)",
    "int_type": "a whole number without quotes",
    "int_parsing": "a whole number without quotes",
    "int_from_float": "a whole number without quotes",
    "finite_number": "a whole number without quotes",
    "float_type": "a number without quotes",
    "float_parsing": "a number without quotes",
    "list_type": 'a list, such as ["…", "…"]',
    "tuple_type": 'a list, such as ["…", "…"]',
    "set_type": 'a list, such as ["…", "…"]',
    "frozen_set_type": 'a list, such as ["…", "…"]',
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}


def _toml_kind(value: object) -> str:
    kinds: dict[type, str] = {
        bool: "true or false",
        str: "a text",
        int: "a number",
        float: "one with a fraction",
        list: "a list",
        dict: "a table",
        type(None): "nothing",
    }
    return kinds.get(type(value), "this")


def _ended(sentence: str) -> str:
    sentence = sentence.strip()
    return sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."


def fields_of(model: type[BaseModel] | None) -> set[str]:
    """The keys a table of this model may have, as they are written in the file."""
    if model is None:
        return set()
    return {field.alias or name for name, field in model.model_fields.items()}


def model_at(model: type[BaseModel], place: KeyPath) -> type[BaseModel] | None:
    """The model of the table at ``place`` in ``model``, through lists and optional tables; None if there is none."""
    current: type[BaseModel] | None = model
    for key in place:
        if isinstance(key, int):
            continue
        if current is None:
            return None
        annotation = next((f.annotation for n, f in current.model_fields.items() if (f.alias or n) == key), None)
        current = _model_in(annotation)
    return current


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in {Union, types.UnionType, list, tuple, Sequence} or get_args(annotation):
        for member in get_args(annotation):
            model = _model_in(member)
            if model is not None:
                return model
    return None
