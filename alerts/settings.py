"""What a configuration says about alerts, in one place to import; each class stands beside the code it is for."""

from __future__ import annotations

from alerts.channels import AppriseSettings, ChannelSettings, EmailSettings, WebhookSettings
from alerts.rules import RuleSettings

__all__ = ["AppriseSettings", "ChannelSettings", "EmailSettings", "RuleSettings", "WebhookSettings"]
