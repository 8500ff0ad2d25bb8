//! The end of a log, in a size that can be shown.

use std::collections::VecDeque;

/// How many lines are shown at most, and where nothing is said.
pub const LINES_MAX: u16 = 1000;
/// How many lines are shown where nothing is said.
pub const LINES_DEFAULT: u16 = 200;
/// How many bytes of a log are kept while it is read.
const KEPT_MAX: usize = 1024 * 1024;
/// How many bytes are shown.
const SHOWN_MAX: usize = 256 * 1024;
/// How many characters of a line are shown.
const LINE_MAX: usize = 2000;

/// The end of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tail {
    /// The lines, oldest first.
    pub lines: Vec<String>,
    /// Whether something is left out.
    pub truncated: bool,
}

/// The newest bytes of a log that is read from front to back: however much comes, no more is kept than can be shown.
#[derive(Debug, Default)]
pub struct Newest {
    bytes: VecDeque<u8>,
    cut: bool,
}

impl Newest {
    /// Takes what comes next.
    pub fn push(&mut self, next: &[u8]) {
        self.bytes.extend(next);
        let too_many = self.bytes.len().saturating_sub(KEPT_MAX);
        self.bytes.drain(..too_many);
        self.cut |= too_many > 0;
    }

    /// The last lines, up to `limit` of them. What is no UTF-8 is shown as such and spoils nothing else.
    #[must_use]
    pub fn tail(mut self, limit: usize) -> Tail {
        let kept = &*self.bytes.make_contiguous();
        // Where the beginning is missing, the first line is not a whole one; shown only where there is no other.
        let end = kept.iter().position(|byte| *byte == b'\n').filter(|end| self.cut && end + 1 < kept.len());
        let whole = &kept[end.map_or(0, |end| end + 1)..];
        let Tail { lines, truncated } = tail(&String::from_utf8_lossy(whole), limit);
        Tail { lines, truncated: truncated || self.cut }
    }
}

/// The last lines of a text, up to `limit` of them.
fn tail(text: &str, limit: usize) -> Tail {
    let mut truncated = false;
    let mut bytes = 0;
    let mut lines = Vec::new();
    for line in text.lines().rev() {
        let (line, cut) = shown(line);
        bytes += line.len();
        if lines.len() == limit || bytes > SHOWN_MAX {
            truncated = true;
            break;
        }
        truncated |= cut;
        lines.push(line);
    }
    lines.reverse();
    Tail { lines, truncated }
}

/// A line without what would move a cursor, and not too long. Says whether it was.
fn shown(line: &str) -> (String, bool) {
    let mut characters = line.chars().filter(|character| !character.is_control() || *character == '\t');
    let shown: String = characters.by_ref().take(LINE_MAX).collect();
    let cut = characters.next().is_some();
    (if cut { shown + "…" } else { shown }, cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_shown_in_order() {
        let Tail { lines, truncated } = tail("a\nb\r\nc\n", 2);
        assert_eq!((lines, truncated), (vec!["b".to_owned(), "c".to_owned()], true));
        assert!(!tail("a\nb\nc", 3).truncated);
        assert_eq!(tail("", 3), Tail { lines: vec![], truncated: false });
    }

    #[test]
    fn a_long_line_is_cut_and_so_is_a_long_log() {
        let long = "ö".repeat(LINE_MAX + 1);
        let Tail { lines, truncated } = tail(&long, 3);
        assert_eq!((lines[0].chars().count(), truncated), (LINE_MAX + 1, true));
        let Tail { lines, truncated } = tail(&format!("{long}\n").repeat(1000), 1000);
        assert!(truncated && lines.iter().map(String::len).sum::<usize>() <= SHOWN_MAX);
    }

    #[test]
    fn of_much_the_newest_is_kept_in_whole_lines() {
        let mut newest = Newest::default();
        newest.push("ö\n".repeat(KEPT_MAX).as_bytes());
        newest.push(b"the ");
        newest.push(b"end\n");
        assert_eq!(newest.bytes.len(), KEPT_MAX);
        let Tail { lines, truncated } = newest.tail(1000);
        assert_eq!(
            (lines.len(), &lines[998..], truncated),
            (1000, &["ö".to_owned(), "the end".to_owned()][..], true)
        );
        assert!(lines[..999].iter().all(|line| line == "ö"));
    }

    #[test]
    fn one_line_that_is_longer_than_what_is_kept_is_shown_without_its_beginning() {
        let mut newest = Newest::default();
        newest.push("ö".repeat(KEPT_MAX).as_bytes());
        newest.push(b"\n");
        let Tail { lines, truncated } = newest.tail(3);
        assert_eq!((lines.len(), lines[0].chars().count(), truncated), (1, LINE_MAX + 1, true));
    }

    #[test]
    fn a_byte_that_is_no_text_spoils_nothing_else() {
        let mut newest = Newest::default();
        newest.push(b"first\nsec\xffond\nthird\xc3");
        let shown = Tail {
            lines: ["first", "sec\u{fffd}ond", "third\u{fffd}"].map(str::to_owned).to_vec(),
            truncated: false,
        };
        assert_eq!(newest.tail(3), shown);
    }

    #[test]
    fn what_would_move_a_cursor_is_left_out() {
        assert_eq!(tail("\u{1b}[2Jred\tline", 1).lines, ["[2Jred\tline"]);
    }
}
