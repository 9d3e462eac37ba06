"""Writing many rows of a table at once."""

from odoo.tools import SQL

from .conflicts import fetch_quietly


def update_rows(env, table, types, fresh):
    """Write rows of a table in one statement, without waking the ORM.

    :param types: type in the database by column
    :param fresh: ``{id: values in the order of the columns}``
    """
    if not fresh:
        return
    columns = SQL(", ").join(map(SQL.identifier, types))
    arrays = [
        SQL("%s::%s[]", list(values), SQL(kind))
        for values, kind in zip(
            zip(*fresh.values(), strict=True), types.values(), strict=True
        )
    ]
    fetch_quietly(
        env,
        SQL(
            """
            UPDATE %(table)s known
            SET (%(columns)s) = ROW(%(fresh)s),
                write_date = %(now)s, write_uid = %(uid)s
            FROM unnest(%(ids)s::int[], %(arrays)s) fresh (id, %(columns)s)
            WHERE known.id = fresh.id
            RETURNING known.id
            """,
            table=SQL.identifier(table),
            columns=columns,
            fresh=SQL(", ").join(SQL("fresh.%s", SQL.identifier(c)) for c in types),
            ids=list(fresh),
            arrays=SQL(", ").join(arrays),
            now=env.cr.now(),
            uid=env.uid,
        ),
    )
