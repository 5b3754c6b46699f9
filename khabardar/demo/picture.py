"""``python -m khabardar.demo.picture FILE.svg``: one round of the demo as a picture, for the documentation.

The picture names no outside host: the fonts that rich would load are left out, whoever looks at it uses the fixed-width
font at hand.
"""

from __future__ import annotations

import re
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console

from khabardar.demo.run import main

WIDTH = 100
FONT_FACE = re.compile(r"@font-face\s*\{.*?\}\s*|<!--.*?-->\s*", re.DOTALL)


def draw(file: Path) -> int:
    """Plays one round, writes what the terminal showed to ``file`` and returns the exit code of the round."""
    shown = Console(
        file=StringIO(), record=True, force_terminal=True, width=WIDTH, color_system="truecolor",
        markup=False, highlight=False, emoji=False,
    )  # fmt: skip
    code = main(once=True, shown=shown)
    file.write_text(standing_alone(shown.export_svg(title="khabardar demo --once")), "utf-8")
    return code


def standing_alone(svg: str) -> str:
    """The picture without anything that would be loaded from elsewhere."""
    return FONT_FACE.sub("", svg).replace("Fira Code", "ui-monospace, Menlo, DejaVu Sans Mono")


if __name__ == "__main__":
    sys.exit(draw(Path(sys.argv[1])))
