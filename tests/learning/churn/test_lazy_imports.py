"""Heavy model libraries are imported on first use only."""

import subprocess
import sys

HEAVY = ("lightgbm", "sklearn", "shap", "pandas")
LOADS = (
    "import pkgutil, importlib, sys, pulse.learning.churn, pulse.scoring\n"
    "for room in (pulse.learning.churn, pulse.scoring):\n"
    "    for module in pkgutil.iter_modules(room.__path__, room.__name__ + '.'):\n"
    "        importlib.import_module(module.name)\n"
    f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
)


def test_importing_every_module_loads_no_model_library():
    done = subprocess.run([sys.executable, "-c", LOADS], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
