"""The HTTP door: what the service shows on ``[web] listen``.

``server`` listens, ``application`` puts the routes together, ``security`` guards them, ``desk`` is what they are
handed; ``pages`` are for people, ``api`` and ``feeds`` for programs.
"""
