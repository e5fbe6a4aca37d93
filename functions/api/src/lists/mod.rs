//! Lists of documents, read page by page from the register's indexes.
//!
//! A request evaluates at most [`ROWS_EVALUATED_MAX`] rows, whatever its filters let through. So an answer may hold fewer
//! documents than were asked for, or none, and still have a cursor: who wants more follows it.

mod catalogue;
mod cursor;
pub(crate) mod documents;
mod filter;
mod period;
mod row;
mod walk;

pub(crate) use catalogue::{Catalogue, Pages};
pub use documents::Listing;
pub(crate) use documents::documents;
pub(crate) use period::Period;
pub use row::Row;
pub(crate) use row::Since;
pub(crate) use walk::{Index, Walk};

/// Rows that one request evaluates at most: some ten milliseconds of the register's time.
pub(crate) const ROWS_EVALUATED_MAX: usize = 1000;
/// Rows listed if nothing is said.
const LIMIT_DEFAULT: usize = 50;
/// Most rows in one answer.
const LIMIT_MAX: usize = 200;

/// How many rows were asked for, held inside the bound.
pub(crate) fn limit(asked: Option<u32>) -> usize {
    asked.map_or(LIMIT_DEFAULT, |asked| usize::try_from(asked).unwrap_or(LIMIT_MAX).clamp(1, LIMIT_MAX))
}

#[cfg(test)]
pub(crate) use walk::tests::row as row_for_tests;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_as_many_rows_as_were_asked_for_within_the_bound() {
        let asked = |rows: usize| limit(Some(u32::try_from(rows).unwrap()));
        assert_eq!((limit(None), asked(0), asked(1)), (LIMIT_DEFAULT, 1, 1));
        assert_eq!(
            (asked(LIMIT_MAX - 1), asked(LIMIT_MAX), asked(LIMIT_MAX + 1)),
            (LIMIT_MAX - 1, LIMIT_MAX, LIMIT_MAX)
        );
        assert_eq!(limit(Some(u32::MAX)), LIMIT_MAX);
    }
}
