"""Deliveries out, one word back: sent, retry or gave up. No channel can stop or delay another."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol
from zoneinfo import ZoneInfo

from alerts.channels import AppriseSettings, ChannelSettings, EmailSettings
from alerts.channels.apprise import AppriseChannel
from alerts.channels.email import Email
from alerts.channels.webhook import Webhook
from alerts.hiding import hidden, secrets_of
from archive.model import Delivery, Outcome, Told

log = logging.getLogger(__name__)

AT_ONCE = 4
"""Deliveries of one channel under way at the same time; more wait their turn, those of other channels do not."""


class Channel(Protocol):
    """What every kind of channel can do."""

    async def send(self, delivery: Delivery) -> Told: ...

    def warm(self) -> None: ...

    async def aclose(self) -> None: ...


class Sender:
    """The channels of a configuration at work. ``timezone`` is that of times shown to people, ``site`` the address of
    the web page for their links, "" for none."""

    def __init__(self, channels: Mapping[str, ChannelSettings], timezone: str = "UTC", site: str = "") -> None:
        self._channels: dict[str, Channel] = {
            name: _channel(settings, settings.zone(timezone), site) for name, settings in channels.items()
        }
        self._secrets = {name: secrets_of(settings) for name, settings in channels.items()}
        self._turns = {name: asyncio.Semaphore(AT_ONCE) for name in channels}

    async def send(self, delivery: Delivery) -> Told:
        """Try a composed delivery once. Never raises, except when cancelled: a fault of ours is a try that failed."""
        channel = self._channels.get(delivery.channel)
        if channel is None:
            answer = f"the configuration has no channel {delivery.channel!r}; what is owed waits for it"
            return Told(Outcome.RETRY, answer)
        try:
            async with self._turns[delivery.channel]:
                told = await channel.send(delivery)
        except Exception as error:
            log.exception("delivery %s to channel %r failed in an unforeseen way", delivery.id, delivery.channel)
            told = Told(Outcome.RETRY, f"unforeseen: {type(error).__name__}: {error}")
        secrets = self._secrets[delivery.channel]
        refused = {one: hidden(reason, secrets) for one, reason in told.refused.items()}
        return replace(told, answer=hidden(told.answer, secrets), refused=refused)

    def warm(self) -> None:
        """Load what the first deliveries need: libraries, certificates, templates. In a thread of the caller's."""
        for name, channel in self._channels.items():
            try:
                channel.warm()
            except Exception:
                log.exception(
                    "what channel %r needs could not be loaded; it is tried again with its first delivery", name
                )

    async def aclose(self) -> None:
        """Close what is held open between deliveries."""
        for channel in self._channels.values():
            await channel.aclose()


def _channel(settings: ChannelSettings, zone: ZoneInfo, site: str) -> Channel:
    if isinstance(settings, EmailSettings):
        return Email(settings, zone, site)
    if isinstance(settings, AppriseSettings):
        return AppriseChannel(settings, zone, site)
    return Webhook(settings)
