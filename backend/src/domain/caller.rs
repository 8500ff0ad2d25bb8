//! Who calls.

use std::fmt;

/// The longest user id, in characters.
pub const USER_ID_MAX: usize = 128;

/// A user's id, as the identity provider or the header gave it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UserId(String);

/// A text that is no user id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a user id has 1 to {USER_ID_MAX} printable ASCII characters")]
pub struct UserIdError;

impl UserId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for UserId {
    type Err = UserIdError;

    fn from_str(text: &str) -> Result<Self, UserIdError> {
        let printable = text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        // A space at either end could not be told from none.
        if text.is_empty() || text.len() > USER_ID_MAX || !printable || text.trim() != text {
            return Err(UserIdError);
        }
        Ok(Self(text.to_owned()))
    }
}

/// What a caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Sees and changes their own stores.
    User,
    /// Sees and changes every store, and reads the audit log.
    Admin,
}

/// Someone who is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Who it is.
    pub user: UserId,
    /// What they may do.
    pub role: Role,
}

impl Caller {
    /// Whether the caller is an admin.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }

    /// Whose stores the caller is kept to: their own, or none in particular for an admin.
    #[must_use]
    pub fn kept_to(&self) -> Option<&str> {
        match self.role {
            Role::User => Some(self.user.as_str()),
            Role::Admin => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::empty("")]
    #[case::too_long(&"u".repeat(129))]
    #[case::another_script("jürgen")]
    #[case::a_line_break("a\nb")]
    #[case::a_space_at_the_end("a ")]
    fn what_is_not_printable_ascii_is_no_user(#[case] text: &str) {
        assert_eq!(text.parse::<UserId>(), Err(UserIdError));
    }

    #[rstest]
    #[case("alice")]
    #[case("auth0|507f1f77bcf86cd799439011")]
    #[case("Alice Example <alice@example.com>")]
    fn ids_of_identity_providers_are_users(#[case] text: &str) {
        assert_eq!(text.parse::<UserId>().unwrap().as_str(), text);
    }
}
