"""What every channel may ask of us, whatever its kind: when to leave its reader alone, and how often to speak."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from alerts.quiet import QuietHours
from archive.model import Bounds


class Manners(BaseModel):
    """The keys that all kinds of ``[[channels]]`` share.

    ``timezone`` is the reader's: of quiet hours, of times shown, and of the clock times of digests; "" is that of the
    service. ``max_per_hour`` = 0 sets no bound.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: str = Field(min_length=1, max_length=100)
    timezone: str = ""
    quiet_hours: str = ""
    max_per_hour: int = Field(default=0, ge=0, le=10_000)

    @field_validator("quiet_hours")
    @classmethod
    def _span(cls, text: str) -> str:
        return QuietHours.of(text).text if text.strip() else ""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone or "UTC")
        except (KeyError, ValueError, OSError):
            raise ValueError(f'"{zone}" is not a time zone. Names look like "Asia/Karachi" or "UTC".') from None
        return zone

    def zone(self, service: str) -> ZoneInfo:
        """The reader's time zone, given that of the service."""
        return ZoneInfo(self.timezone or service)

    def bounds(self, now: datetime, service: str) -> Bounds:
        """What the channel asks for at ``now``."""
        quiet = None
        if self.quiet_hours and QuietHours.of(self.quiet_hours).until(now, self.zone(service)):
            quiet = f"quiet hours {self.quiet_hours}"
        return Bounds(quiet=quiet, max_per_hour=self.max_per_hour)
