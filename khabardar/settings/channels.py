"""``[[channels]]``: each judged by the settings of its kind, and by what only the machine it runs on can say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from alerts.settings import AppriseSettings, EmailSettings, WebhookSettings
from khabardar.settings.errors import Findings
from khabardar.settings.validate import build, fields_of
from khabardar.settings.values import with_secret_files
from khabardar.toml_lines import Path as KeyPath

ChannelSettings = EmailSettings | WebhookSettings | AppriseSettings
CHANNEL_KINDS: Mapping[str, type[ChannelSettings]] = {
    "email": EmailSettings,
    "webhook": WebhookSettings,
    "apprise": AppriseSettings,
}


def read_channels(elements: Sequence[tuple[int, dict[str, Any]]], found: Findings) -> list[tuple[int, ChannelSettings]]:
    """Channels, each judged by the settings of its kind."""
    built: list[tuple[int, ChannelSettings]] = []
    for number, element in elements:
        path: KeyPath = ("channels", number)
        kind = element.get("kind")
        model = CHANNEL_KINDS.get(kind) if isinstance(kind, str) else None
        if model is None:
            wrong = f'there is no kind "{kind}" of channel.' if "kind" in element else "this key is required."
            found.error((*path, "kind"), f"{wrong} Write one of: {', '.join(CHANNEL_KINDS)}.")
            continue
        part = build(model, with_secret_files(element, fields_of(model), found, path), path, found)
        if part is not None:
            _check_certificates(getattr(part, "ca", ""), (*path, "ca"), found)
            _check_services(part, (*path, "url"), found)
            built.append((number, _with_templates(part, path, found)))
    return built


def _with_templates(part: ChannelSettings, path: KeyPath, found: Findings) -> ChannelSettings:
    """The folder of a channel's own templates, found beside the configuration. A template that cannot be read is a
    doubt, not an error: the built-in one takes its place."""
    written = getattr(part, "templates", "")
    if not written:
        return part
    folder = found.file.absolute().parent / Path(written).expanduser()
    place = (*path, "templates")
    if not folder.is_dir():
        found.error(place, f"there is no folder {folder}. Its path is relative to this configuration.")
        return part
    from alerts.rendering import TEMPLATES, faults_in

    if not any((folder / name).is_file() for name in TEMPLATES):
        found.warn(place, f"none of {', '.join(TEMPLATES)} is in {folder}; the built-in ones are used.")
    for name, fault in faults_in(folder).items():
        found.warn(place, f"{name} cannot be used, the built-in one takes its place: {fault}")
    return part.model_copy(update={"templates": str(folder)})


def _check_services(part: ChannelSettings, path: KeyPath, found: Findings) -> None:
    """A URL that Apprise cannot use would fail every delivery, hours later."""
    if not isinstance(part, AppriseSettings):
        return
    from alerts.channels.apprise import unknown_urls

    names = list(part.targets)
    unknown = unknown_urls(part)
    for name in unknown:
        scheme, number = name.partition(":")[0], names.index(name)
        at = (*path, number) if len(names) > 1 else path
        found.error(at, f"Apprise cannot use this URL of {scheme}://; see how one is written at its documentation.")


def _check_certificates(pem: str, path: KeyPath, found: Findings) -> None:
    """Certificates that cannot be read would fail every delivery, hours later."""
    if not pem:
        return
    import ssl

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem)
    except (ssl.SSLError, ValueError):
        found.error(path, "these are no certificates in PEM form: -----BEGIN CERTIFICATE----- and so on.")
