//! What people call their stores. A name is shown and nothing else: it never becomes part of a path, a command or a resource's name.

use std::sync::LazyLock;

use regex::Regex;
use store_crd::names::{DISPLAY_NAME_MAX, DISPLAY_NAME_PATTERN, DISPLAY_NAME_RULE};

/// Says what is wrong with a name, if anything is.
///
/// # Errors
///
/// A sentence for the person who typed it.
pub fn check(name: &str) -> Result<(), String> {
    static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(DISPLAY_NAME_PATTERN).expect("the pattern of names is a regular expression")
    });
    let length = name.chars().count();
    if length == 0 {
        return Err(format!("is empty; a name has {DISPLAY_NAME_RULE}"));
    }
    if length > DISPLAY_NAME_MAX {
        return Err(format!("has {length} characters; a name has {DISPLAY_NAME_RULE}"));
    }
    // The pattern says what the first character may be and what the others may be, so whatever makes a name wrong is the last
    // character of the first beginning that is wrong.
    let wrong = name.char_indices().find(|(at, c)| !PATTERN.is_match(&name[..at + c.len_utf8()]));
    match wrong {
        None => Ok(()),
        Some((0, c)) => Err(format!("can't start with {}; a name has {DISPLAY_NAME_RULE}", shown(c))),
        Some((_, c)) => Err(format!("can't contain {}; a name has {DISPLAY_NAME_RULE}", shown(c))),
    }
}

/// A character as it can stand in a message: one that can't be seen, or that would break the line, by its number.
fn shown(c: char) -> String {
    if c.is_control() || c.is_whitespace() && c != ' ' {
        format!("the character U+{:04X}", u32::from(c))
    } else {
        format!("“{c}”")
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plain("my-store")]
    #[case::one_character("7")]
    #[case::the_longest(&"n".repeat(63))]
    #[case::any_script("Müller & Söhne, Tōkyō 東京")]
    fn names_that_shops_have_are_accepted(#[case] name: &str) {
        assert_eq!(check(name), Ok(()));
    }

    #[rstest]
    #[case::empty("", "is empty")]
    #[case::too_long(&"n".repeat(300), "has 300 characters")]
    #[case::emoji("🛒", "can't start with “🛒”")]
    #[case::a_command("a$(rm -rf)", "can't contain “$”")]
    #[case::a_path("../etc", "can't start with “.”")]
    #[case::markup("<b>", "can't start with “<”")]
    #[case::a_line_break("a\nb", "can't contain the character U+000A")]
    #[case::a_space_first(" a", "can't start with “ ”")]
    fn other_names_are_refused_with_what_is_wrong(#[case] name: &str, #[case] message: &str) {
        let answer = check(name).unwrap_err();
        assert!(answer.starts_with(message), "{answer}");
        assert!(answer.ends_with(DISPLAY_NAME_RULE), "{answer}");
    }
}
