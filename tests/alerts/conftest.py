"""How the tests of alerts run."""

from __future__ import annotations

from hypothesis import settings

# A busy machine is no failure, and the working tree stays clean.
settings.register_profile("alerts", deadline=None, database=None)
settings.load_profile("alerts")
