"""The example package, installed like by pip: modules and metadata on the path."""

import json
import os
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from uuid import uuid4

import numpy as np
import pytest

from pulse.cards import channels, lifecycle, triggers
from pulse.cards.queries import card as read_card
from pulse.cards.settings import CardRules
from pulse.cards.triggers import CardContext
from pulse.errors import Conflict, Unavailable
from pulse.plugins import load_plugins
from pulse.scoring.metrics.event_features import EventColumns, Facts, Past
from pulse.scoring.metrics.event_kinds import KINDS, kind_named
from tests.cards.fallen import opened, picture, settings_of_cards
from ui.runtime import registry
from ui.runtime.registry import discover

PACKAGE = Path(__file__).parents[2] / "examples" / "view_package"


REGISTRIES = (registry._views, triggers.RULES, KINDS, channels.CHANNELS)


def _forget_plugins():
    for cached in (triggers.discover, channels.discover, load_plugins):
        cached.cache_clear()


@pytest.fixture
def installed(tmp_path, monkeypatch):
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]
    metadata = tmp_path / "lantern_extras-0.1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: lantern-extras\nVersion: 0\n")
    groups = [
        f"[{group}]\n" + "\n".join(f"{name} = {module}" for name, module in points.items())
        for group, points in project["entry-points"].items()
    ]
    (metadata / "entry_points.txt").write_text("\n".join(groups))
    discover()
    kept = [dict(known) for known in REGISTRIES]
    _forget_plugins()
    monkeypatch.syspath_prepend(str(PACKAGE))
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    _forget_plugins()
    for module in [name for name in sys.modules if name.startswith("lantern_extras")]:
        del sys.modules[module]
    for known, before in zip(REGISTRIES, kept, strict=True):
        known.clear()
        known.update(before)


def test_its_view_trigger_metric_kind_and_channel_are_registered(installed):
    assert "Best customers" in [view.title for view in discover()]
    assert "thank_you" in triggers.discover()
    assert kind_named("weekend_share").name == "weekend_share"
    assert channels.channel_label("text_message") == "Text message"
    assert "text_message" in CardRules().allowed_channels


def test_its_trigger_applies_to_customers_who_became_strong(installed):
    discover()
    climbed = CardContext(
        business_id=uuid4(),
        customer_id=uuid4(),
        external_id="c1",
        as_of=datetime(2026, 6, 1, tzinfo=UTC),
        strength=78.0,
        band="strong",
        change_30d=24.0,
    )
    assert "thank_you" in [due.cause for due in triggers.due(climbed)]


def test_its_metric_counts_weekends(installed):
    discover()
    saturday = 2.0  # 1970-01-03
    events = EventColumns(
        customer=np.array([0, 0], np.int32),
        at=np.array([saturday, saturday + 2]),
        kind=np.zeros(2, np.int16),
        names=("order",),
        amount=np.full(2, np.nan),
    )
    facts = Facts(size=2, attributes={}, first_seen=np.zeros(2), events=events)
    shares = kind_named("weekend_share").compute(Past(facts, 10.0), {"days": 30})
    assert shares[0] == 0.5
    assert np.isnan(shares[1])


def test_its_metric_says_that_it_may_rise_without_activity(installed):
    """Friday's order leaves the 30 days first: the share rises from a half to one."""
    discover()
    friday = 1.0
    events = EventColumns(
        customer=np.array([0, 0], np.int32),
        at=np.array([friday, friday + 1]),
        kind=np.zeros(2, np.int16),
        names=("order",),
        amount=np.full(2, np.nan),
    )
    facts = Facts(size=1, attributes={}, first_seen=np.zeros(1), events=events)
    kind = kind_named("weekend_share")
    shares = [kind.compute(Past(facts, day), {"days": 30})[0] for day in (30.5, 31.5)]
    assert shares == [0.5, 1.0]
    assert not kind.sinks_in("higher")
    assert not kind.sinks_in("lower")


@pytest.fixture
def gateway(monkeypatch):
    """A gateway for text messages: (what it received, the statuses it answers next)."""
    got, statuses = [], []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(statuses.pop(0) if statuses else 204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("LANTERN_GATEWAY", f"http://127.0.0.1:{server.server_port}/messages")
    yield got, statuses
    server.shutdown()
    thread.join()
    server.server_close()


async def test_its_channel_sends_a_cards_text_once(installed, gateway, shop, make_customer):
    got, statuses = gateway
    statuses.append(503)
    card = await _open_card(shop, make_customer)
    with pytest.raises(Unavailable, match="Not delivered: Text message failed"):
        await lifecycle.action(shop, card, "Hello Rosa.", "text_message")
    assert (await read_card(shop, card)).status == "pending"
    done = await lifecycle.action(shop, card, "Hello Rosa.", "text_message")
    assert (done.status, done.channel) == ("actioned", "text_message")
    assert got == [{"to": "c1", "text": "Hello Rosa.", "key": str(card)}] * 2
    with pytest.raises(Conflict):
        await lifecycle.action(shop, card, "Hello Rosa.", "text_message")
    assert len(got) == 2


async def test_without_its_gateway_the_channel_reports_what_is_missing(
    installed, monkeypatch, shop, make_customer
):
    monkeypatch.delenv("LANTERN_GATEWAY", raising=False)
    card = await _open_card(shop, make_customer)
    with pytest.raises(Unavailable, match="Set LANTERN_GATEWAY"):
        await lifecycle.action(shop, card, channel="text_message")
    assert (await read_card(shop, card)).status == "pending"
    assert (await lifecycle.action(shop, card)).status == "actioned"  # names no channel: no sending


async def _open_card(shop, make_customer):
    await settings_of_cards(shop)
    rosa = await make_customer(shop, "c1", identity_strength=55.0, recent_high=75.0)
    (made,) = await opened(shop, picture(shop, rosa))
    return made.id


@pytest.mark.slow
def test_its_own_tests_pass_with_nothing_but_the_plugin():
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "-q"],
        cwd=PACKAGE,
        env={**os.environ, "PYTHONPATH": f"{PACKAGE.parents[1]}:{PACKAGE}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert "2 passed" in found.stdout
