pytest_plugins = ["pulse.testing"]
