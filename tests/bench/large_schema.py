"""A large schema in SQLAlchemy's terms, and what Alembic's autogenerate finds of its changes.

    large_schema.py ddl TABLES before|after DIALECT     prints the CREATE statements
    large_schema.py alembic TABLES URL                  what Alembic finds in a database at `before`

A program, so that its time can be compared with that of brant; a module for the tests.
"""

import sys

import sqlalchemy
from sqlalchemy import (Column, DateTime, ForeignKey, Integer, MetaData, Numeric, String, Table, Text,
                        UniqueConstraint)

DRIVERS = {"postgresql": "postgresql+psycopg2", "sqlite": "sqlite", "mysql": "mysql+pymysql"}


def make(count, after):
    """The models; `after` has changes in nearly every table, ten kinds of them in turns."""
    metadata = MetaData()
    for i in range(count):
        def changed(kind):
            return after and i % 10 == kind
        name = "t%04d" % i
        columns = [
            Column("id", Integer, primary_key=True),
            Column("name", String(80 if changed(1) else 50), nullable=changed(2)),
            Column("amount", Numeric(10, 2), server_default="2.00" if changed(3) else "1.00"),
            Column("created_at", DateTime, index=not changed(4)),
            Column("note", Text, comment="after" if changed(5) else "before"),
        ]
        if i > 0 and not changed(6):
            columns.append(Column("parent_id", Integer,
                                  ForeignKey("t%04d.id" % ((i - 1) // 4), name="fk_%s" % name)))
        if changed(7):
            columns.append(Column("added", Integer))
        constraints = [] if changed(8) else [UniqueConstraint("name", "amount", name="uq_%s" % name)]
        Table(name, metadata, *columns, *constraints)
        if changed(9):
            Table(name + "_new", metadata, Column("id", Integer, primary_key=True))
        elif not after and i % 10 == 0:
            Table(name + "_old", metadata, Column("id", Integer, primary_key=True))
    return metadata


def ddl(metadata, dialect):
    """The statements that make the models' tables from nothing."""
    parts = []
    engine = sqlalchemy.create_mock_engine(
        DRIVERS[dialect] + "://", lambda sql, *_: parts.append(str(sql.compile(dialect=engine.dialect))))
    metadata.create_all(engine, checkfirst=False)
    return ";\n".join(parts) + ";\n"


def alembic_finds(url, metadata):
    """What Alembic finds, as Brant calls it: kind and name."""
    # Alembic takes long to load, and `ddl` has no use for it.
    from alembic.autogenerate import compare_metadata  # pylint: disable=import-outside-toplevel
    from alembic.migration import MigrationContext  # pylint: disable=import-outside-toplevel

    scheme, rest = url.split(":", 1)
    engine = sqlalchemy.create_engine(DRIVERS[scheme] + ":" + rest)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True})
        entries = compare_metadata(context, metadata)
    engine.dispose()
    found = []
    for entry in entries:
        for change in entry if isinstance(entry, list) else [entry]:
            what = change[0]
            if what.endswith("table"):
                found.append(("table", change[1].name))
            elif what.endswith("column") or what.startswith("modify"):
                found.append(("column", change[2] + "." + getattr(change[3], "name", change[3])))
            else:
                kind = {"index": "index", "constraint": "unique constraint", "fk": "foreign key"}
                found.append((kind[what.split("_")[1]], change[1].table.name + "." + change[1].name))
    return found


def missed(alembic, changes):
    """What Alembic found and Brant did not: whatever belongs to a table that comes or goes is in it.
    A unique key of MySQL is an index to Alembic."""
    found = {(change["kind"], change["name"]) for change in changes}
    found |= {("index", name) for kind, name in found if kind == "unique constraint"}
    whole_tables = {name for kind, name in found if kind == "table"}
    return [(kind, name) for kind, name in alembic
            if (kind, name) not in found and name.split(".")[0] not in whole_tables]


def main():
    what, count, *more = sys.argv[1:]
    if what == "ddl":
        print(ddl(make(int(count), more[0] == "after"), more[1]))
    else:
        for kind, name in alembic_finds(more[0], make(int(count), True)):
            print(kind, name, sep="\t")


if __name__ == "__main__":
    main()
