//! First loads: a table that is empty loses its indexes before the rows come and gets the same ones back after.
//!
//! Measured on 500,000 buildings: rows into a table with its keys and geometry index take five times as long.
//! Other programs wait for the table until the load commits; there was nothing in it for them to read.

use postgres::Transaction;
use postgres::error::SqlState;

use super::StoreError;
use super::sql;

/// Tables that this transaction has to itself, and how to put their indexes back.
#[derive(Debug, Default)]
pub(super) struct Bulk {
    tables: Vec<&'static str>,
    put_back: Vec<String>,
}

impl Bulk {
    pub(super) fn holds(&self, table: &str) -> bool {
        self.tables.contains(&table)
    }

    /// Takes a table over if it is empty, ours, and nobody uses it just now; leaves it as it is otherwise.
    pub(super) fn prepare(&mut self, tx: &mut Transaction<'_>, table: &'static str) -> Result<(), StoreError> {
        let what = || StoreError::of(format!("making {table} ready for its first rows"));
        if !tx.query_one(sql::BULK_OWNER, &[&table]).map_err(what())?.get::<_, bool>(0) {
            return Ok(());
        }
        // Dropped, the savepoint rolls back and with it the lock.
        let mut inner = tx.transaction().map_err(what())?;
        match inner.batch_execute(&sql::for_table(sql::BULK_LOCK, table)) {
            Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => return Ok(()),
            locked => locked.map_err(what())?,
        }
        if !inner.query_one(&sql::for_table(sql::BULK_EMPTY, table), &[]).map_err(what())?.get::<_, bool>(0) {
            return Ok(());
        }
        inner.batch_execute(&sql::for_table(sql::BULK_TRUNCATE, table)).map_err(what())?;
        let mut put_back = Vec::new();
        for row in inner.query(sql::BULK_STATEMENTS, &[&table]).map_err(what())? {
            inner.batch_execute(row.get(0)).map_err(what())?;
            put_back.push(row.get(1));
        }
        inner.commit().map_err(what())?;
        self.tables.push(table);
        self.put_back.extend(put_back);
        Ok(())
    }

    /// Builds the indexes again.
    pub(super) fn finish(&mut self, tx: &mut Transaction<'_>) -> Result<(), StoreError> {
        for statement in self.put_back.drain(..) {
            tx.batch_execute(&statement).map_err(StoreError::of("building indexes"))?;
        }
        Ok(())
    }
}
