"""Runs one SQL statement; run by the virtual environment's Python, which has a driver.

    python sql.py DATABASE STATEMENT

The connection comes from PostgreSQL's environment variables. Prints the rows as JSON.
"""

import json
import sys

import psycopg2


def main(database: str, statement: str) -> None:
    """Exit code 1 and one line on stderr if PostgreSQL says no."""
    try:
        connection = psycopg2.connect(dbname=database, connect_timeout=10)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            print(json.dumps(cursor.fetchall() if cursor.description else []))
    except psycopg2.Error as error:
        sys.exit("ERROR: " + " ".join(str(error).split()))


if __name__ == "__main__":
    main(*sys.argv[1:])
