"""The dashboard as one ASGI application: session guard, sign-in, static files, NiceGUI."""

import logging
import os

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

os.environ.setdefault("MATPLOTLIB", "false")  # used by a NiceGUI chart type that we do not use

from nicegui import Client, ui
from nicegui import app as nicegui_app

from pulse import metrics, settings
from ui import downloads, theme, widget_preview
from ui.auth import account, confirm, invitation, oidc, password, sign_in, steps
from ui.auth.session import Guard
from ui.auth.tabs import close_ended_tabs
from ui.layout.layout import root
from ui.runtime import nicegui_patches, socket_guard
from ui.runtime.registry import discover

RECONNECT_SECONDS = 30.0
"""How long a disconnected browser (sleeping laptop or phone) keeps its page."""

ROUTED = (sign_in, invitation, oidc, steps, account, confirm, password, downloads, widget_preview)
"""Modules with a `router` that are served beside NiceGUI's pages."""

CHECK_SESSIONS_EVERY = 20.0
"""Seconds until a tab notices that its session was ended in another process."""


def build() -> FastAPI:
    """Build the application; once per process, served by `pulse.server.Root`."""
    discover(forgiving=settings.current().demo)
    nicegui_patches.apply()
    # Quasar's bar for XMLHttpRequests has no accessible name; uploads show their own progress
    nicegui_app.config.quasar_config["loadingBar"]["skipHijack"] = True
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Guard)
    for module in ROUTED:
        app.include_router(module.router)
    app.mount(theme.ASSETS, _Assets(directory=theme.STATIC), name="assets")
    ui.run_with(
        app,
        root=root,
        title="Pulse",
        favicon=theme.FAVICON,
        dark=None,
        language="en-GB",
        tailwind=False,
        binding_refresh_interval=None,
        reconnect_timeout=RECONNECT_SECONDS,
        message_history_length=100,
        show_welcome_message=False,
    )
    metrics.open_pages.set_function(lambda: len(Client.instances))
    nicegui_app.on_startup(_watch_sessions)
    socket_guard.apply()
    logging.getLogger("nicegui").addFilter(_is_news)
    return app


def _is_news(record: logging.LogRecord) -> bool:
    """Return False for failures already logged by `ui.runtime.errors`."""
    return not record.exc_info and "not found" not in record.getMessage()


def _watch_sessions() -> None:
    nicegui_app.timer(CHECK_SESSIONS_EVERY, close_ended_tabs)


class _Assets(StaticFiles):
    """Static files whose URL contains their fingerprint; browsers cache them for a year."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response
