from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete
from piccolo.columns.base import OnUpdate
from piccolo.columns.column_types import ForeignKey
from piccolo.columns.column_types import JSONB
from piccolo.columns.column_types import Text
from piccolo.columns.column_types import Timestamptz
from piccolo.columns.column_types import UUID
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table
from pulse.tables.columns import PrimaryKey
from pulse.tables.columns import References
from pulse.tables.columns import TenantForeignKey
from pulse.tables.columns import TenantKey
from pulse.tables.columns import TenantTextKey
from pulse.tables.columns import TimestamptzNow
from pulse.tables.columns import UUID7


class Business(Table, tablename="businesses", schema=None):
    id = UUID(
        default=UUID7(),
        null=False,
        primary_key=True,
        unique=False,
        index=False,
        index_method=IndexMethod.btree,
        choices=None,
        db_column_name=None,
        secret=False,
    )


class Customer(Table, tablename="customers", schema=None):
    id = TenantKey(
        default=UUID7(),
        null=False,
        primary_key=True,
        unique=False,
        index=False,
        index_method=IndexMethod.btree,
        choices=None,
        db_column_name=None,
        secret=False,
    )


ID = "2026-11-28T15:18:25:513064"
VERSION = "1.38.0"
DESCRIPTION = ""


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="pulse", description=DESCRIPTION
    )

    manager.add_table(
        class_name="CustomerAlias",
        tablename="customer_aliases",
        schema=None,
        columns=None,
    )

    manager.add_table(
        class_name="CustomerMerge",
        tablename="customer_merges",
        schema=None,
        columns=None,
    )

    manager.add_table(
        class_name="CustomerTraitTimes",
        tablename="customer_trait_times",
        schema=None,
        columns=None,
    )

    manager.add_column(
        table_class_name="CustomerAlias",
        tablename="customer_aliases",
        column_name="business_id",
        db_column_name="business_id",
        column_class_name="TenantForeignKey",
        column_class=TenantForeignKey,
        params={
            "references": Business,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.no_action,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="CustomerAlias",
        tablename="customer_aliases",
        column_name="external_id",
        db_column_name="external_id",
        column_class_name="TenantTextKey",
        column_class=TenantTextKey,
        params={
            "default": None,
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="CustomerAlias",
        tablename="customer_aliases",
        column_name="customer_id",
        db_column_name="customer_id",
        column_class_name="TenantForeignKey",
        column_class=TenantForeignKey,
        params={
            "references": Customer,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="CustomerAlias",
        tablename="customer_aliases",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="CustomerMerge",
        tablename="customer_merges",
        column_name="id",
        db_column_name="id",
        column_class_name="TenantKey",
        column_class=TenantKey,
        params={
            "default": UUID7(),
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="CustomerMerge",
        tablename="customer_merges",
        column_name="business_id",
        db_column_name="business_id",
        column_class_name="ForeignKey",
        column_class=ForeignKey,
        params={
            "references": Business,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.no_action,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="CustomerMerge",
        tablename="customer_merges",
        column_name="created_at",
        db_column_name="created_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="CustomerMerge",
        tablename="customer_merges",
        column_name="updated_at",
        db_column_name="updated_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": TimestamptzNow(),
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="CustomerMerge",
        tablename="customer_merges",
        column_name="customer_id",
        db_column_name="customer_id",
        column_class_name="TenantForeignKey",
        column_class=TenantForeignKey,
        params={
            "references": Customer,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="CustomerMerge",
        tablename="customer_merges",
        column_name="external_id",
        db_column_name="external_id",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="CustomerMerge",
        tablename="customer_merges",
        column_name="name",
        db_column_name="name",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": "",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="CustomerMerge",
        tablename="customer_merges",
        column_name="merged_by",
        db_column_name="merged_by",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": "",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="CustomerMerge",
        tablename="customer_merges",
        column_name="merged",
        db_column_name="merged",
        column_class_name="JSONB",
        column_class=JSONB,
        params={
            "default": "{}",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="CustomerMerge",
        tablename="customer_merges",
        column_name="former",
        db_column_name="former",
        column_class_name="JSONB",
        column_class=JSONB,
        params={
            "default": "{}",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="CustomerMerge",
        tablename="customer_merges",
        column_name="moved",
        db_column_name="moved",
        column_class_name="JSONB",
        column_class=JSONB,
        params={
            "default": "{}",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="CustomerMerge",
        tablename="customer_merges",
        column_name="undone_at",
        db_column_name="undone_at",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="CustomerTraitTimes",
        tablename="customer_trait_times",
        column_name="business_id",
        db_column_name="business_id",
        column_class_name="TenantForeignKey",
        column_class=TenantForeignKey,
        params={
            "references": Business,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.no_action,
            "target_column": None,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="CustomerTraitTimes",
        tablename="customer_trait_times",
        column_name="customer_id",
        db_column_name="customer_id",
        column_class_name="TenantForeignKey",
        column_class=TenantForeignKey,
        params={
            "references": Customer,
            "on_delete": OnDelete.cascade,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "null": False,
            "primary_key": True,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_column(
        table_class_name="CustomerTraitTimes",
        tablename="customer_trait_times",
        column_name="times",
        db_column_name="times",
        column_class_name="JSONB",
        column_class=JSONB,
        params={
            "default": "{}",
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    manager.add_constraint(
        table_class_name="CustomerAlias",
        tablename="customer_aliases",
        constraint_name="customer_aliases_pkey",
        constraint_class=PrimaryKey,
        params={"columns": ["business_id", "external_id"]},
        schema=None,
    )

    manager.add_constraint(
        table_class_name="CustomerAlias",
        tablename="customer_aliases",
        constraint_name="customer_aliases_customer_id_fkey",
        constraint_class=References,
        params={
            "column": "customer_id",
            "table": "customers",
            "on_delete": "CASCADE",
        },
        schema=None,
    )

    manager.add_constraint(
        table_class_name="CustomerMerge",
        tablename="customer_merges",
        constraint_name="customer_merges_pkey",
        constraint_class=PrimaryKey,
        params={"columns": ["business_id", "id"]},
        schema=None,
    )

    manager.add_constraint(
        table_class_name="CustomerMerge",
        tablename="customer_merges",
        constraint_name="customer_merges_customer_id_fkey",
        constraint_class=References,
        params={
            "column": "customer_id",
            "table": "customers",
            "on_delete": "CASCADE",
        },
        schema=None,
    )

    manager.add_constraint(
        table_class_name="CustomerTraitTimes",
        tablename="customer_trait_times",
        constraint_name="customer_trait_times_pkey",
        constraint_class=PrimaryKey,
        params={"columns": ["business_id", "customer_id"]},
        schema=None,
    )

    manager.add_constraint(
        table_class_name="CustomerTraitTimes",
        tablename="customer_trait_times",
        constraint_name="customer_trait_times_customer_id_fkey",
        constraint_class=References,
        params={
            "column": "customer_id",
            "table": "customers",
            "on_delete": "CASCADE",
        },
        schema=None,
    )

    return manager
