"""``python -m khabardar.demo.picture FILE.svg``: a round of the demo as a picture, for the documentation.

Shown are the opening, the alerts up to the wire story that three outlets reprint, and the verdict. The picture names no
outside host: the fonts that rich would load are left out, whoever looks at it uses the fixed-width font at hand.
"""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from khabardar.demo.run import main

WIDTH = 100
FONT_FACE = re.compile(r"@font-face\s*\{.*?\}\s*|<!--.*?-->\s*", re.DOTALL)

TEXT = re.compile(r'(?P<before><text [^>]*?)textLength="(?P<width>[\d.]+)"(?P<after>[^>]*>)(?P<text>[^<]*)</text>')


def draw(file: Path) -> int:
    """Plays one round, writes what the terminal showed to ``file`` and returns the exit code of the round."""
    played = _recording()
    code = main(once=True, shown=played)
    chosen = _recording()
    for line in chosen_lines(list(Text.from_ansi(played.export_text(styles=True)).split())):
        chosen.print(line)
    file.write_text(with_wide_letters(standing_alone(chosen.export_svg(title="khabardar demo"))), "utf-8")
    return code


def chosen_lines(lines: Sequence[Text]) -> list[Text]:
    """What goes into the picture: everything to the end of the first alert with "also in", then the verdict."""
    wire = next(number for number, line in enumerate(lines) if "also in" in line.plain)
    end = next(number for number, line in enumerate(lines) if number > wire and "┃" not in line.plain)
    verdict = [line for line in lines if line.plain.startswith(("✓", "✗"))]
    return [*lines[:end], Text(), Text("         ⋮", "dim"), Text(), *verdict]


def standing_alone(svg: str) -> str:
    """The picture without anything that would be loaded from elsewhere."""
    return FONT_FACE.sub("", svg).replace("Fira Code", "ui-monospace, Menlo, DejaVu Sans Mono")


def with_wide_letters(svg: str) -> str:
    """The picture with room for Han and Kana: rich gives every letter the width of a Latin one, here they have two."""

    def widened(match: re.Match[str]) -> str:
        told = html.unescape(match["text"])
        width = float(match["width"]) * cell_len(told) / max(len(told), 1)
        return f'{match["before"]}textLength="{width:.1f}"{match["after"]}{match["text"]}</text>'

    return TEXT.sub(widened, svg)


def _recording() -> Console:
    return Console(
        file=StringIO(), record=True, force_terminal=True, width=WIDTH, color_system="truecolor",
        markup=False, highlight=False, emoji=False,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(draw(Path(sys.argv[1])))
