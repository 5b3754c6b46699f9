"""``python -m khabardar.demo.tethered ARGUMENTS``: the khabardar command, ended when whoever started it is gone.

The demo starts the real service through this module and keeps the other end of its standard input. Should the demo be
killed outright, the pipe closes and the service stops as on SIGTERM: nothing of a demo is left running.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

from khabardar.cli import main


def _watch() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.argv[0] = "khabardar"
    threading.Thread(target=_watch, daemon=True).start()
    main()
