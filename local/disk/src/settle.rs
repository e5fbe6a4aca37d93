use rusqlite::Connection;
use std::path::Path;

/// Brings what a log holds into its file, synced, before anything new is written behind it.
///
/// A log that was read whole may still not be on the disk: after a failed sync the kernel keeps pages that it could not write
/// and calls them clean (fsync(2)). Commits behind such a gap would vanish with it in the next loss of power. Copied into the
/// file, each page is written anew.
pub fn settle(path: &Path) -> rusqlite::Result<()> {
    if !super::inspection::has_log(path) {
        return Ok(());
    }
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    connection.close().map_err(|(_, error)| error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_brought_in_and_gone() {
        let folder = tempfile::tempdir().unwrap();
        let (live, left) = (folder.path().join("live.sqlite"), folder.path().join("left.sqlite"));
        let log = |path: &Path| path.with_extension("sqlite-wal");
        let connection = Connection::open(&live).unwrap();
        connection
            .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (text); INSERT INTO t VALUES ('a');")
            .unwrap();
        // As a host that died leaves it.
        std::fs::copy(&live, &left).unwrap();
        std::fs::copy(log(&live), log(&left)).unwrap();
        settle(&left).unwrap();
        assert!(!log(&left).exists());
        let text: String =
            Connection::open(&left).unwrap().query_row("SELECT text FROM t", [], |row| row.get(0)).unwrap();
        assert_eq!(text, "a");
        settle(&left).unwrap();
    }
}
