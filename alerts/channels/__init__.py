"""The ways a message leaves: one file per kind, with its settings and its code."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from alerts.channels.apprise import AppriseSettings
from alerts.channels.email import EmailSettings
from alerts.channels.webhook import WebhookSettings

ChannelSettings = Annotated[EmailSettings | WebhookSettings | AppriseSettings, Field(discriminator="kind")]
"""``[[channels]]`` of the configuration; ``kind`` decides which."""

__all__ = ["AppriseSettings", "ChannelSettings", "EmailSettings", "WebhookSettings"]
