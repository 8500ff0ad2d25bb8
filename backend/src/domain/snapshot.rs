//! What someone who read the database has seen of it: the place from which a client that was away goes on.
//!
//! A time would not do, and neither would a number that grows: of two transactions the one that began first may end last, and whoever
//! read in between would never hear of it. PostgreSQL's own snapshot says exactly which transactions had ended, so what is not in it is
//! what was missed: nothing more, nothing less.

/// The longest cursor that is looked at.
const CURSOR_MAX: usize = 2048;
/// More running transactions than this are not listed one by one.
const RUNNING_MAX: usize = 64;

/// Which transactions had ended when the database was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Which database it was, and in which of its lives: numbers of another one mean nothing here.
    origin: String,
    /// All transactions below had ended.
    first_running: u64,
    /// None from here on had begun.
    first_unborn: u64,
    /// Those between the two that had not ended, in order.
    running: Vec<u64>,
}

/// A text that is no cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor: take the last `cursor` that a message had")]
pub struct SnapshotError;

impl Snapshot {
    /// The snapshot that PostgreSQL writes as `text`, of the database `origin`.
    ///
    /// # Errors
    ///
    /// When the text is no snapshot.
    pub fn new(origin: &str, text: &str) -> Result<Self, SnapshotError> {
        let mut parts = text.split(':');
        let (Some(first), Some(unborn), Some(running), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(SnapshotError);
        };
        Self::checked(origin, first, unborn, running, ',')
    }

    /// The snapshot in which nothing had happened yet.
    #[must_use]
    pub fn of_nothing() -> Self {
        Self { origin: String::new(), first_running: 1, first_unborn: 1, running: Vec::new() }
    }

    /// PostgreSQL refuses what is not in order, and so do we.
    fn checked(
        origin: &str,
        first: &str,
        unborn: &str,
        running: &str,
        separator: char,
    ) -> Result<Self, SnapshotError> {
        let number = |text: &str| text.parse::<u64>().map_err(|_| SnapshotError);
        let (first_running, first_unborn) = (number(first)?, number(unborn)?);
        let running =
            running.split_terminator(separator).map(number).collect::<Result<Vec<_>, SnapshotError>>()?;
        let within = running.iter().all(|number| (first_running..first_unborn).contains(number));
        let in_order = running.is_sorted_by(|a, b| a < b);
        // The greatest number that PostgreSQL takes as a transaction's.
        let known = first_unborn <= u64::from(u32::MAX) << 31;
        if first_running == 0 || first_running > first_unborn || !within || !in_order || !known {
            return Err(SnapshotError);
        }
        Ok(Self { origin: origin.to_owned(), first_running, first_unborn, running })
    }

    /// Whether what this transaction did can be seen.
    #[must_use]
    pub fn sees(&self, transaction: u64) -> bool {
        transaction < self.first_running
            || (transaction < self.first_unborn && self.running.binary_search(&transaction).is_err())
    }

    /// The first transaction that may not be seen.
    #[must_use]
    pub const fn first_running(&self) -> u64 {
        self.first_running
    }

    /// Whether this is the same database in the same life, and no earlier than `other`.
    #[must_use]
    pub fn follows(&self, other: &Self) -> bool {
        self.origin == other.origin && other.first_unborn <= self.first_unborn
    }

    /// The snapshot as PostgreSQL reads it.
    #[must_use]
    pub fn to_postgres(&self) -> String {
        format!("{}:{}:{}", self.first_running, self.first_unborn, joined(&self.running, ","))
    }

    /// The snapshot as clients see it: a text without meaning to them, of characters that need no escape in an address.
    #[must_use]
    pub fn encode(&self) -> String {
        let Self { origin, first_running, first_unborn, running } = self;
        if running.len() > RUNNING_MAX {
            // Says less than was seen, so that a little may come twice.
            return format!("{origin}-{first_running}-{first_running}-");
        }
        format!("{origin}-{first_running}-{first_unborn}-{}", joined(running, "."))
    }

    /// The snapshot that `text` stands for.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn decode(text: &str) -> Result<Self, SnapshotError> {
        let mut parts = text.split('-');
        let (Some(origin), Some(first), Some(unborn), Some(running), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(SnapshotError);
        };
        if text.len() > CURSOR_MAX {
            return Err(SnapshotError);
        }
        Self::checked(origin, first, unborn, running, '.')
    }
}

fn joined(numbers: &[u64], separator: &str) -> String {
    numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(separator)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn snapshot(text: &str) -> Snapshot {
        Snapshot::new("7.1", text).unwrap()
    }

    #[rstest]
    #[case::before_all_that_ran(9, true)]
    #[case::one_that_ran(10, false)]
    #[case::one_that_ended_meanwhile(11, true)]
    #[case::another_that_ran(12, false)]
    #[case::one_that_had_not_begun(15, false)]
    fn what_had_ended_is_seen(#[case] transaction: u64, #[case] seen: bool) {
        assert_eq!(snapshot("10:15:10,12").sees(transaction), seen);
    }

    #[rstest]
    #[case("10:10:")]
    #[case("10:15:10,12")]
    fn a_snapshot_comes_back_as_it_was(#[case] text: &str) {
        assert_eq!(snapshot(text).to_postgres(), text);
        assert_eq!(Snapshot::decode(&snapshot(text).encode()), Ok(snapshot(text)));
    }

    #[test]
    fn a_cursor_stays_short_and_never_says_that_more_was_seen() {
        let running: Vec<u64> = (100..500).step_by(2).collect();
        let long = snapshot(&format!("100:500:{}", joined(&running, ",")));
        let cursor = long.encode();
        assert!(cursor.len() < 100, "{cursor}");
        let short = Snapshot::decode(&cursor).unwrap();
        assert!((0..600).all(|transaction| !short.sees(transaction) || long.sees(transaction)));
    }

    #[rstest]
    #[case("")]
    #[case("next")]
    #[case("7.1-10-9-")]
    #[case("7.1-0-9-")]
    #[case("7.1-10-15-12.10")]
    #[case("7.1-10-15-12.12")]
    #[case("7.1-10-15-20")]
    #[case("7.1-10-15-x")]
    #[case("7.1-10-15--")]
    #[case("7.1-10-18446744073709551615-")]
    fn what_postgresql_would_refuse_is_no_cursor(#[case] text: &str) {
        assert_eq!(Snapshot::decode(text), Err(SnapshotError));
    }

    #[test]
    fn numbers_of_another_database_or_of_the_future_are_of_no_use() {
        let now = snapshot("10:15:");
        assert!(now.follows(&snapshot("9:15:")) && now.follows(&now));
        assert!(!now.follows(&snapshot("10:16:")));
        assert!(!now.follows(&Snapshot::new("8.1", "9:9:").unwrap()));
    }
}
