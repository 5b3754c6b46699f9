"""Durations and sizes as people write them."""

from __future__ import annotations

import pytest

from net.units import parse_duration, parse_size


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("15m", 900),
        ("1.5h", 5400),
        ("2d", 172800),
        ("1w", 604800),
        ("250ms", 0.25),
        ("0", 0),
        (" 5 M ", 300),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, seconds: float) -> None:
    """Every unit of the contract, decimals and white space."""
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "15", "-5m", "m", "5 minutes", "1e9s", "5m30s", "٥m", "nan", "9" * 40, "999999d"])
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    """The sentence names what was written and what would be right."""
    with pytest.raises(ValueError, match=r"write|shorter"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "size"), [("8MiB", 8388608), ("500kB", 500000), ("1KiB", 1024), ("77", 77), ("2 gib", 2147483648)]
)
def test_a_size_is_bytes_with_decimal_and_binary_units(text: str, size: int) -> None:
    """kB is 1000, KiB is 1024."""
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "8Mi", "-1MiB", "lots", "99999999GiB"])
def test_what_is_no_size_is_refused_with_an_example(text: str) -> None:
    """The sentence names what was written and what would be right."""
    with pytest.raises(ValueError, match=r"write"):
        parse_size(text)
