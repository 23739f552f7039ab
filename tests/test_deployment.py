"""The container files are consistent with each other and with Pulse. Docker is not run."""

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.cluster_scene import CONFIGURATION
from pulse.server import API_PATHS, ROLES
from widget_api import metrics

ROOT = Path(__file__).parent.parent
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_compose_starts_two_of_each_role():
    commands = [one["command"] for one in SERVICES.values() if "build" in one]
    roles = [command[command.index("--role") + 1] for command in commands]
    assert sorted(roles) == sorted([role for role in ROLES if role != "all"] * 2)


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_limits_a_read_only_root_and_a_pinned_image(name: str):
    service = SERVICES[name]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert service["read_only"] is True
    assert "build" in service or re.search(r":\d+\.\d+\S*$", service["image"])


def test_the_proxy_runs_with_the_configuration_of_the_cluster_test():
    proxy = SERVICES["proxy"]
    mounted = [ROOT / volume.split(":")[0] for volume in proxy["volumes"]]
    assert mounted == [CONFIGURATION]
    named = set(re.findall(r'"\$\{(\w+)\}"', CONFIGURATION.read_text()))
    assert named == set(proxy["environment"])
    program = shutil.which("haproxy") or "/usr/sbin/haproxy"
    check = [program, "-c", "-f", str(CONFIGURATION)]
    subprocess.run(check, env={**os.environ, **proxy["environment"]}, check=True)
    for server in set(proxy["environment"].values()) - {"*:8080"}:
        assert server.split(":")[0] in SERVICES


def test_the_proxy_knows_every_path_of_the_api():
    text = CONFIGURATION.read_text()
    rest, socket = (re.search(rf"acl {name} path_beg (.*)", text) for name in ("rest", "socket"))
    assert rest
    assert socket
    routed = tuple(rest[1].split() + socket[1].split())
    assert all(f"{path}/".startswith(routed) for path in API_PATHS if path != "/metrics")
    assert "deny deny_status 404 if { path /metrics }" in text


def test_the_image_copies_existing_files_and_installs_by_hashes():
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.M):
        assert all((ROOT / source).exists() for source in line.split()[:-1]), line
    assert re.search(r"^ARG BASE=python:3\.\d+\.\d+-slim-", DOCKERFILE, re.M)
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.M)) == {"${BASE}"}
    assert "--require-hashes -r deploy/requirements.lock" in DOCKERFILE


def test_the_locked_versions_are_those_of_the_tests():
    locked = dict(re.findall(r"^([\w.-]+)==(\S+)", _text("deploy/requirements.lock"), re.M))
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)", _text("constraints.txt"), re.M))
    tried = {_plain(name): version for name, version in pinned.items()}
    differing = {name for name in locked if tried.get(_plain(name), locked[name]) != locked[name]}
    assert differing == set(), "run tools/lock"
    project = tomllib.loads(_text("pyproject.toml"))["project"]
    wanted = {_plain(re.split(r"[\[<>=;]", one)[0]) for one in project["dependencies"]}
    assert wanted <= {_plain(name) for name in locked}, "run tools/lock"


def _text(path: str) -> str:
    return (ROOT / path).read_text()


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_figure_of_the_alerts_and_the_dashboard_exists():
    rules = yaml.safe_load(_text("deploy/prometheus/alerts.yaml"))["groups"][0]["rules"]
    panels = json.loads(_text("deploy/grafana/pulse.json"))["panels"]
    asked = [rule["expr"] for rule in rules]
    asked += [target["expr"] for panel in panels for target in panel["targets"]]
    named = {name for expression in asked for name in re.findall(r"\bpulse_\w+", expression)}
    families = list(metrics.REGISTRY.collect())
    there = {f"{family.name}{_ENDING.get(family.type, '')}" for family in families}
    assert len(named) > 12
    assert named - there == set()
    labels = {label for one in asked for label in re.findall(r"(\w+)\s*=~?\s*\"", one)}
    assert labels <= {"status", "state", "outcome", "delivered", "reason", "job"}
    assert all(rule["labels"]["severity"] in ("page", "ticket") for rule in rules)


_ENDING = {"counter": "_total", "histogram": "_bucket"}


def test_prometheus_reads_every_process_of_compose():
    settings = yaml.safe_load(_text("deploy/prometheus/prometheus.yaml"))
    targets = settings["scrape_configs"][0]["static_configs"][0]["targets"]
    assert targets == [f"{name}:8080" for name, one in SERVICES.items() if "build" in one]
