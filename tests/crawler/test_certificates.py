"""Certificates are verified: against the system's list, or the one the environment names."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from archive.model import VisitStatus
from crawler.worker_process import Worker
from tests.crawler.conftest import SETTINGS, look
from tests.crawler.sites import rss, site


def certificate(folder: Path, address: str) -> Path:
    """A self-signed certificate for an address, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Harbour News")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return file


@pytest.mark.parametrize("trusted", [False, True])
async def test_only_a_certificate_that_can_be_verified_is_accepted(
    trusted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Self-signed is refused, and accepted when it is listed as trusted."""

    def secure(address: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate(tmp_path, address))
        return context

    async with site(secure) as outlet:
        outlet.answer("/feed", rss())
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        worker = Worker(SETTINGS)
        try:
            seen = await look(worker, feed=f"{outlet.url}/feed", obey_robots=False)
        finally:
            await worker.stop()
    if trusted:
        assert (seen.visit.status, seen.visit.error) == (VisitStatus.OK, None)
    else:
        assert seen.visit.status is VisitStatus.FAILED
        assert "certificate" in (seen.visit.error or "")
        assert outlet.paths == []
