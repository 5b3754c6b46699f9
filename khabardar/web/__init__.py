"""The HTTP door: what the service shows on ``[web] listen``."""
