"""What is known of messages that are on their way out, committed at once.

A mail transaction may be rolled back after a message has left. Claims and results are
therefore written on a connection of their own, each with its own commit: first the
claim, then the message, then the result. Whoever dies in between leaves a claim without
a process; such a message is never sent again by itself.
"""

import random
from datetime import timedelta

from odoo import fields
from odoo.modules import module
from odoo.tools import SQL

from .conflicts import CONFLICTS

ATTEMPTS = 3
LOCK_SENDER = "cartera.sender"
LOCK_MESSAGE = "cartera.communication"

# Until a message that was not taken is tried again; after the last one it has failed.
RETRY_AFTER = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
)


class SendingJournal:
    """The connection of one sender; a context manager.

    While it lives it holds an advisory lock on its number, by which others know that
    its claims are not those of a dead process.
    """

    def __init__(self, env):
        self._env = env
        # Tests see what they wrote only on their own cursor.
        self._apart = not module.current_test
        self._cr = env.registry.cursor() if self._apart else env.cr
        self.number = random.randrange(1, 2**31)
        self._fetch(self._lock_sql("pg_advisory_lock", LOCK_SENDER, self.number))

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()

    def close(self):
        """Give back the locks and the connection."""
        if self._apart:
            # The connection goes back to the pool, and must not take locks along.
            self._fetch(SQL("SELECT pg_advisory_unlock_all()"))
            self._cr.close()
        else:
            self._fetch(self._lock_sql("pg_advisory_unlock", LOCK_SENDER, self.number))

    # -- claims -------------------------------------------------------------------

    def hold(self, message_id):
        """Keep other senders from a message that waits to be sent.

        :return: False when it does not wait any more, or not yet, when the lawful
            hours are over, or when another has it
        """
        lock = self._lock_sql("pg_try_advisory_lock", LOCK_MESSAGE, message_id)
        if not self._fetch(lock)[0][0]:
            return False
        rows = self._fetch(
            SQL(
                """
                SELECT id FROM cartera_communication
                 WHERE id = %s AND state = 'queued'
                   AND COALESCE(date_next_try <= %s, TRUE)
                   AND COALESCE(date_closing > %s, TRUE)
                """,
                message_id,
                fields.Datetime.now(),
                fields.Datetime.now(),
            )
        )
        if not rows:
            self.release(message_id)
        return bool(rows)

    def release(self, message_id):
        """Let others have a message again."""
        self._fetch(self._lock_sql("pg_advisory_unlock", LOCK_MESSAGE, message_id))

    def claim(self, message_ids):
        """Note, before it becomes true, that messages leave.

        :return: set of the ids that were still to be sent, now claimed by this sender
        """
        rows = self._write(
            SQL(
                """
                UPDATE cartera_communication
                   SET state = 'sending', claim = %s, attempts = attempts + 1
                 WHERE id = ANY(%s) AND state = 'queued' RETURNING id
                """,
                self.number,
                list(message_ids),
            )
        )
        return {row[0] for row in rows}

    # -- results ------------------------------------------------------------------

    def note_sent(self, message_ids):
        """The messages have been taken charge of."""
        values = SQL("date_sent = %s, message = NULL", fields.Datetime.now())
        self._settle(message_ids, "sent", values)

    def note_unconfirmed(self, message_ids, reason):
        """Nobody knows whether the messages have been taken charge of."""
        self._settle(
            message_ids,
            "unconfirmed",
            SQL("date_sent = %s, message = %s", fields.Datetime.now(), reason),
        )

    def note_failed(self, message_ids, reason, failure):
        """The messages have certainly not left, and will not.

        :param failure: ``address`` when the address is the cause, else ``server``
        """
        self._settle(
            message_ids, "failed", SQL("message = %s, failure = %s", reason, failure)
        )

    def postpone(self, message_id, reason):
        """The message has certainly not left: it is tried again, or given up.

        :return: when it is tried again; None when it is not
        """
        count = self._count_attempts(message_id)
        if count > len(RETRY_AFTER):
            self.note_failed([message_id], reason, "server")
            return None
        next_try = fields.Datetime.now() + RETRY_AFTER[count - 1]
        noted = self._settle(
            [message_id],
            "queued",
            SQL(
                "message = %s, date_next_try = %s, claim = NULL, attempts = %s",
                reason,
                next_try,
                count,
            ),
        )
        return next_try if noted else None

    def _count_attempts(self, message_id):
        """How often a message has been tried, the present time included."""
        [(state, attempts)] = self._fetch(
            SQL(
                "SELECT state, attempts FROM cartera_communication WHERE id = %s",
                message_id,
            )
        )
        return attempts if state == "sending" else attempts + 1

    def _settle(self, message_ids, state, values):
        return self._write(
            SQL(
                """
                UPDATE cartera_communication SET state = %s, %s
                 WHERE id = ANY(%s)
                   AND (state = 'queued' OR state = 'sending' AND claim = %s)
                RETURNING id
                """,
                state,
                values,
                list(message_ids),
                self.number,
            )
        )

    # -- connection ---------------------------------------------------------------

    def _lock_sql(self, function, name, key):
        return SQL("SELECT %s(hashtext(%s), %s)", SQL(function), name, key)

    def _write(self, query):
        self._env["cartera.communication"].flush_model()
        rows = self._fetch(query)
        self._env["cartera.communication"].invalidate_model()
        return rows

    def _fetch(self, query):
        attempts_left = ATTEMPTS
        while True:
            attempts_left -= 1
            try:
                self._cr.execute(query)
                rows = self._cr.fetchall()
                if self._apart:
                    self._cr.commit()  # pylint: disable=invalid-commit
                return rows
            except CONFLICTS:
                if not self._apart or not attempts_left:
                    raise
                self._cr.rollback()
