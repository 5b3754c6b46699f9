"""``khabardar init``: the default configuration, written once and never over another."""

from __future__ import annotations

import shlex
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from khabardar.commands.options import DEFAULT_FILE, CommandError
from khabardar.terminal import line, say


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="The folder to write into; made if missing.", show_default=False)
    ] = Path(),
) -> None:
    """Write a commented khabardar.toml: sources, topics in three languages, example rules. Never overwrites."""
    file = folder / DEFAULT_FILE
    text = (files("khabardar") / "defaults" / DEFAULT_FILE).read_text(encoding="utf-8")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8", newline="\n") as target:
            target.write(text)
    except FileExistsError:
        taken = file if file.exists() or file.is_symlink() else folder
        raise CommandError(
            f"{taken} exists already and is left as it is. Name another folder: khabardar init DIR."
        ) from None
    except OSError as error:
        raise CommandError(
            f"{file} cannot be written: {error.strerror or error}. Name another folder: khabardar init DIR."
        ) from None
    line(str(file))
    named = "" if file == Path(DEFAULT_FILE) else f" -c {shlex.quote(str(file))}"
    say(
        "Written. Next:\n"
        f"  1. open {file} and put your mail server and address under [[channels]]\n"
        f"  2. khabardar{named} check\n"
        f"  3. khabardar{named} channel test desk\n"
        f"  4. khabardar{named} run"
    )
