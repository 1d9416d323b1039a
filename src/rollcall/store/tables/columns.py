"""The kinds of column that tables are made of, and the metadata that they all belong to."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, Text

metadata = MetaData()
# SQLite numbers rows by itself only for INTEGER keys; PostgreSQL wants 64 bits.
Number = BigInteger().with_variant(Integer, "sqlite")


def row_no() -> Column[int]:
    """Return the number that names a row inside this installation."""
    return Column("no", Number, primary_key=True)


def of(table: str, *, index: bool = False, nullable: bool = False) -> Column[int]:
    """Return the reference to a row of `table`: `projects` → `project_no`."""
    name = {"media": "media_no"}.get(table, f"{table.removesuffix('s')}_no")
    return Column(name, Number, ForeignKey(f"{table}.no"), nullable=nullable, index=index)


def moment(name: str, *, nullable: bool = True) -> Column[int]:
    """Return a moment in Unix milliseconds."""
    return Column(name, BigInteger, nullable=nullable)


def words(name: str, *, nullable: bool = False, unique: bool = False) -> Column[str]:
    """Return a column of text."""
    return Column(name, Text, nullable=nullable, unique=unique)
