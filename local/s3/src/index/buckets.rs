use super::{
    Scope,
    versions::{json, timestamp, to_json},
};
use crate::{
    bucket::{Bucket, Versioning},
    error::Outcome,
};
use rusqlite::{Connection, params};

impl Scope<'_> {
    /// Inserts a bucket or overwrites what is known of it.
    pub(crate) fn put_bucket(&mut self, bucket: &Bucket) -> Outcome<()> {
        self.execute(
            "INSERT OR REPLACE INTO buckets (name, versioning, notifications, cors, created)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                bucket.name,
                bucket.versioning.number(),
                bucket.notifications,
                to_json(&bucket.cors)?,
                bucket.created.as_microsecond(),
            ],
        )?;
        Ok(())
    }
}

/// Every bucket, by name.
pub(super) fn all(connection: &Connection) -> rusqlite::Result<Vec<Bucket>> {
    connection
        .prepare("SELECT name, versioning, notifications, cors, created FROM buckets ORDER BY name")?
        .query_map([], |row| {
            Ok(Bucket {
                name: row.get(0)?,
                versioning: Versioning::from_number(row.get(1)?),
                notifications: row.get(2)?,
                cors: json(3, &row.get::<_, String>(3)?)?,
                created: timestamp(row, 4)?,
            })
        })?
        .collect()
}
