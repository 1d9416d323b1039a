"""The only place with SQL: tables, one module of queries per noun, the evidence writer, migrations."""
