"""`bench faults` in a short form: nothing lost, doubled or stuck."""

from bench import faults

SHORT = ["kill_process", "hang_postgres", "cut_connections", "kill_redis"]


async def test_acknowledged_writes_survive_faults_under_load() -> None:
    figures = await faults.measured(1, SHORT)
    details = figures["details"]
    assert figures["ours"] == 0, details
    assert (details["rounds"], details["wrong_scores"]) == (len(SHORT), 0)
    assert details["connections_missing"] == 0
    assert details["acknowledged"] > 10
    assert set(details["recovery_s"]) == set(SHORT)
    assert details["slowest_recovery_s"] < faults.RECOVERY_SECONDS
