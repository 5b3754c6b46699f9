"""``khabardar demo``."""

from __future__ import annotations

from typing import Annotated

import typer


def demo(
    once: Annotated[bool, typer.Option("--once", help="End after one whole round, as without a terminal.")] = False,
) -> None:
    """The main job on a sample newsroom: no set-up, no network, no configuration."""
    from khabardar.demo.run import main

    raise typer.Exit(main(once=once))
