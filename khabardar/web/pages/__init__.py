"""The pages for people: complete without a script, quicker with one. Each module names its routes and its templates.

A page is a module with ``ROUTES``, a template that extends ``layout.html.jinja``, and a line in ``layout.NAVIGATION``.
It asks the archive through ``desk_of(request).ask`` only, answers with ``layout.page``, refuses with ``ProblemError``,
and takes forms through ``security.forms.form_route``, whose templates carry the hidden field ``sign_name`` = ``sign``.
"""

from __future__ import annotations

from starlette.routing import BaseRoute

from khabardar.web.pages import (
    channels,
    deliveries,
    delivery,
    export,
    item,
    login,
    rule_form,
    rule_trial,
    rules,
    search,
    source_add,
    source_work,
    sources,
    status,
    stories,
)

ROUTES: list[BaseRoute] = [
    *stories.ROUTES,
    *search.ROUTES,
    *export.ROUTES,
    *item.ROUTES,
    *rules.ROUTES,
    *rule_trial.ROUTES,
    *rule_form.ROUTES,
    *deliveries.ROUTES,
    *delivery.ROUTES,
    *channels.ROUTES,
    *sources.ROUTES,
    *source_work.ROUTES,
    *source_add.ROUTES,
    *status.ROUTES,
    *login.ROUTES,
]
"""In the order of the navigation."""
