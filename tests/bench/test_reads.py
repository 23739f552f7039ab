"""`bench reads` in a small form: both servers start, give the same answer and are measured."""

import json
import subprocess
import sys

SMALL = (
    "import json; from bench.reads import run; print(json.dumps(run(400, rounds=1, seconds=0.3)))"
)


def test_both_servers_give_the_same_answer_and_are_measured() -> None:
    ran = subprocess.run([sys.executable, "-c", SMALL], capture_output=True, text=True, timeout=240)
    assert ran.returncode == 0, ran.stderr[-3000:]
    figures = json.loads(ran.stdout.splitlines()[-1])
    assert figures["bench"] == "reads"
    assert figures["details"]["customers"] == 400
    assert figures["ours"] > 0
    assert figures["peer"] > 0
