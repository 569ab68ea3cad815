"""SQLite's transactions as we need them: writers from the start, scripts inside.

(The ORM's migrations know a SQLite connection by the word `sqlite` in its class's module.)
"""

import sqlite3

from tortoise.backends.base.client import NestedTransactionContext
from tortoise.backends.sqlite.client import SqliteTransactionWrapper


class ImmediateTransaction(SqliteTransactionWrapper):
    """BEGIN IMMEDIATE: a transaction that reads first would else fail when it comes to write."""

    async def begin(self) -> None:
        """Become the only writer, waiting for others as long as `busy_timeout` says."""
        await self._connection.execute("BEGIN IMMEDIATE")

    async def execute_script(self, query: str) -> None:
        """Run a script inside the transaction; sqlite3's own would commit it first."""
        statement = ""
        for line in query.splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                await self._connection.execute(statement)
                statement = ""
        if statement.strip():
            await self._connection.execute(statement)

    def _in_transaction(self) -> NestedTransactionContext:
        return NestedTransactionContext(ImmediateTransaction(self))
