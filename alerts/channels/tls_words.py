"""Why TLS with somebody failed, in words that say what to do."""

from __future__ import annotations

import ssl

from alerts.inert import one_line

_EXPIRED = 10  # X509_V_ERR_CERT_HAS_EXPIRED
_WRONG_NAME = (62, 63, 64)  # X509_V_ERR_HOSTNAME_MISMATCH, …_EMAIL_…, …_IP_ADDRESS_…


def tls_words(error: BaseException, where: str, hint: str) -> str | None:
    """What to say when TLS is behind an error; None when it is not. ``hint`` is for a handshake that went wrong."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        if cause.verify_code == _EXPIRED:
            return f"the certificate of {where} has expired"
        if cause.verify_code in _WRONG_NAME:
            return f"the certificate of {where} is for another name ({one_line(cause.verify_message, 120)})"
        return f"the certificate of {where} is not trusted ({cause.verify_message}); name its issuer in ca_file"
    if isinstance(cause, ssl.SSLError):
        return f"TLS with {where} failed: {one_line(cause.reason or str(cause), 120)}; {hint}"
    return None
