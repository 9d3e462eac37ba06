"""Failures that come from other transactions and pass by themselves."""

import psycopg2.errors

CONFLICTS = (
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.DeadlockDetected,
    psycopg2.errors.LockNotAvailable,
)


def fetch_quietly(env, query):
    """Rows of a statement whose failure is expected, and not to be logged."""
    env.flush_query(query)
    env.cr.execute(query, log_exceptions=False)
    return env.cr.fetchall()
