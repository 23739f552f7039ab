"""Tells Piccolo where our migrations and tables are."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="pulse",
    migrations_folder_path=str(Path(__file__).parent / "versions"),
    table_classes=table_finder(
        [
            "pulse.tables.business",
            "pulse.tables.card",
            "pulse.tables.churn",
            "pulse.tables.cluster",
            "pulse.tables.context",
            "pulse.tables.customer",
            "pulse.tables.event",
            "pulse.tables.identity",
            "pulse.tables.importing",
            "pulse.tables.staff",
            "pulse.tables.audit",
            "pulse.tables.webhook",
        ]
    ),
    migration_dependencies=[],
)
