"""Runs the migrations on the connection that `store.schema.migrate` hands over."""

from alembic import context

from rollcall.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=False)
context.run_migrations()
