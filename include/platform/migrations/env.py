"""Alembic's entry: connects as the loader and runs the migrations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context

from include.platform.migrations.scope import VERSION_SCHEMA, VERSION_TABLE, include_name
from include.platform.tables import metadata


def run() -> None:
    engine = sa.create_engine(context.config.attributes["url"])
    try:
        with engine.connect() as connection:
            context.configure(
                connection=connection,
                target_metadata=metadata,
                include_schemas=True,
                include_name=include_name,  # type: ignore[arg-type]  # a wider signature than asked for
                version_table=VERSION_TABLE,
                version_table_schema=VERSION_SCHEMA,
                compare_server_default=True,
                transaction_per_migration=True,
            )
            with context.begin_transaction():
                context.run_migrations()
    finally:
        engine.dispose()


run()
