"""``python -m khabardar.demo.picture FILE.svg``: one round of the demo as a picture, for the documentation.

The picture names no outside host: the fonts that rich's template would load are left out, whoever looks at it uses the
fixed-width font at hand.
"""

from __future__ import annotations

import re
import sys
from io import StringIO
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console

from khabardar.demo.run import main

WIDTH = 100
TEMPLATE = re.sub(r"@font-face\s*\{\{.*?\}\}\s*|<!--.*?-->\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL).replace(
    "Fira Code", "ui-monospace, Menlo, DejaVu Sans Mono"
)


def draw(file: Path) -> int:
    """Plays one round, writes what the terminal showed to ``file`` and returns the exit code of the round."""
    shown = Console(
        file=StringIO(), record=True, force_terminal=True, width=WIDTH, color_system="truecolor",
        markup=False, highlight=False, emoji=False,
    )  # fmt: skip
    code = main(once=True, shown=shown)
    file.write_text(shown.export_svg(title="khabardar demo --once", code_format=TEMPLATE), "utf-8")
    return code


if __name__ == "__main__":
    sys.exit(draw(Path(sys.argv[1])))
