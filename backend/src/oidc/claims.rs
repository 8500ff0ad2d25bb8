//! What a token says of its bearer.

use serde_json::{Map, Value};

use crate::domain::caller::{Role, UserId, UserIdError};

/// The claims of a token that was verified.
pub type Claims = Map<String, Value>;

/// The user that the claims speak of.
///
/// # Errors
///
/// When they name none whom we can know.
pub fn user(claims: &Claims) -> Result<UserId, SubjectError> {
    Ok(claims.get("sub").and_then(Value::as_str).unwrap_or_default().parse()?)
}

/// The claims name nobody whom we can know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("names someone in `sub` who can't be known here: {0}")]
pub struct SubjectError(#[from] UserIdError);

/// Who has which role.
#[derive(Clone, Debug)]
pub struct Roles {
    /// Where roles stand: a claim's name, or, with a slash at the beginning, a JSON pointer such as `/realm_access/roles`.
    pub claim: String,
    /// The role of admins.
    pub admin: String,
    /// The role of users; where none is named, everyone whom the provider knows is one.
    pub user: Option<String>,
}

impl Roles {
    /// The role that the claims give, if they give one.
    #[must_use]
    pub fn role(&self, claims: &Claims) -> Option<Role> {
        let value = self.value(claims);
        let has = |role: &str| value.is_some_and(|value| names(value, role));
        if has(&self.admin) {
            return Some(Role::Admin);
        }
        self.user.as_deref().is_none_or(has).then_some(Role::User)
    }

    /// Whether the claims speak of roles at all.
    #[must_use]
    pub fn are_in(&self, claims: &Claims) -> bool {
        self.value(claims).is_some()
    }

    fn value<'a>(&self, claims: &'a Claims) -> Option<&'a Value> {
        let Some(path) = self.claim.strip_prefix('/') else { return claims.get(&self.claim) };
        let (first, rest) = path.split_once('/').map_or((path, None), |(first, rest)| (first, Some(rest)));
        let value = claims.get(&first.replace("~1", "/").replace("~0", "~"))?;
        rest.map_or(Some(value), |rest| value.pointer(&format!("/{rest}")))
    }
}

/// Whether the role is in a list of texts, or in a text with spaces between the roles, as scopes are written.
fn names(value: &Value, role: &str) -> bool {
    match value {
        Value::String(text) => text == role || text.split_ascii_whitespace().any(|word| word == role),
        Value::Array(values) => values.iter().any(|value| value == role),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn role(claim: &str, user: Option<&str>, claims: &Value) -> Option<Role> {
        let roles =
            Roles { claim: claim.to_owned(), admin: "admin".to_owned(), user: user.map(ToOwned::to_owned) };
        roles.role(claims.as_object().unwrap())
    }

    #[rstest]
    #[case::a_list("roles", json!({"roles": ["staff", "admin"]}))]
    #[case::a_text("roles", json!({"roles": "admin"}))]
    #[case::words("scope", json!({"scope": "openid admin"}))]
    #[case::an_address_as_a_name("https://shops.example/roles", json!({"https://shops.example/roles": ["admin"]}))]
    #[case::within_another_claim("/realm_access/roles", json!({"realm_access": {"roles": ["admin"]}}))]
    #[case::a_pointer_to_the_top("/groups", json!({"groups": ["admin"]}))]
    fn admins_are_known_by_their_claim(#[case] claim: &str, #[case] claims: Value) {
        assert_eq!(role(claim, None, &claims), Some(Role::Admin));
    }

    #[rstest]
    #[case::nothing(json!({}))]
    #[case::another_role(json!({"roles": ["staff"]}))]
    #[case::part_of_a_word(json!({"roles": "administrator"}))]
    #[case::part_of_a_word_in_a_list(json!({"roles": ["not admin"]}))]
    #[case::true_is_no_role(json!({"roles": true}))]
    #[case::a_key_is_no_role(json!({"roles": {"admin": false}}))]
    #[case::another_claim(json!({"groups": ["admin"]}))]
    fn everyone_else_is_a_user_or_where_users_have_a_role_no_one(#[case] claims: Value) {
        assert_eq!(role("roles", None, &claims), Some(Role::User));
        assert_eq!(role("roles", Some("shop-owner"), &claims), None);
    }

    #[test]
    fn users_are_known_by_their_role_where_it_has_a_name() {
        assert_eq!(role("roles", Some("owner"), &json!({"roles": ["owner"]})), Some(Role::User));
    }
}
