"""The example package, installed as pip does: a folder of modules and its metadata on the path."""

import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from pulse.cards import triggers
from pulse.cards.triggers import CardContext
from pulse.plugins import load_plugins
from pulse.scoring.metrics.event_features import EventColumns, Facts, Past
from pulse.scoring.metrics.event_kinds import KINDS, kind_named
from ui.runtime import registry
from ui.runtime.registry import discover

PACKAGE = Path(__file__).parents[2] / "examples" / "view_package"


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
    kept = dict(registry._views), dict(triggers.RULES), dict(KINDS)
    triggers.discover.cache_clear()
    load_plugins.cache_clear()
    monkeypatch.syspath_prepend(str(PACKAGE))
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    triggers.discover.cache_clear()
    load_plugins.cache_clear()
    for module in [name for name in sys.modules if name.startswith("lantern_extras")]:
        del sys.modules[module]
    for known, before in zip((registry._views, triggers.RULES, KINDS), kept, strict=True):
        known.clear()
        known.update(before)


def test_its_view_its_trigger_and_its_metric_kind_are_there(installed):
    assert "Best customers" in [view.title for view in discover()]
    assert "thank_you" in triggers.discover()
    assert kind_named("weekend_share").name == "weekend_share"


def test_its_trigger_thanks_who_climbed_to_strong(installed):
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
