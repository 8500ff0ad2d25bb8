//! The end of a log, in a size that can be shown.

/// How many lines are shown at most, and where nothing is said.
pub const LINES_MAX: u16 = 1000;
/// How many lines are shown where nothing is said.
pub const LINES_DEFAULT: u16 = 200;
/// How many bytes of a log are read.
pub const READ_MAX: i64 = 1024 * 1024;
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

/// The last lines of a text, up to `limit` of them.
#[must_use]
pub fn tail(text: &str, limit: usize) -> Tail {
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
    fn what_would_move_a_cursor_is_left_out() {
        assert_eq!(tail("\u{1b}[2Jred\tline", 1).lines, ["[2Jred\tline"]);
    }
}
