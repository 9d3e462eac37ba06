"""Failures that come from other transactions and pass by themselves."""

import logging

import psycopg2.errors

from odoo import SUPERUSER_ID, api

_logger = logging.getLogger(__name__)

ATTEMPTS = 5

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


def do_apart(registry, work):
    """Do ``work(env)`` in a transaction of its own, again when others get in its way.
    Whoever asks has ended its own and cannot be told: a failure goes to the log."""
    for attempts_left in reversed(range(ATTEMPTS)):
        try:
            with registry.cursor() as cr:
                work(api.Environment(cr, SUPERUSER_ID, {}))
            return
        except CONFLICTS:
            if not attempts_left:
                _logger.exception("Others were in the way of %s", work)
