"""Two of each process behind HAProxy, one of each killed: a short `bench cluster`.

How fast this has to be is a goal of the benchmark, measured on an otherwise idle machine.
"""

from bench import cluster


async def test_two_of_each_process_lose_nothing_and_exchange_messages() -> None:
    figures = await cluster.measured(taps=40, tabs=4)
    details = figures["details"]
    assert figures["ours"] == 0, details
    assert (details["wrong_scores"], details["connections_missing"]) == (0, 0)
    assert details["acknowledged"] > 20
    for transport in ("postgres", "redis"):
        found = details[transport]
        assert found["same"], details
        assert {"context_shared", "card_changed"} <= set(found["kinds"])
        assert found["kills"]["pages"] >= 1
        assert found["kills"]["dashboard"] < cluster.PATIENCE, details
    away = details["redis_away"]
    assert away["ready_meanwhile"] == {
        "api": False,
        "api_for_rest": True,
        "dashboard": False,
        "worker": True,
    }
    assert away["heard_after_s"] < cluster.PATIENCE, details
