//! The Secret in a store's namespace that holds the login of the store's admin. The orchestrator writes it, of an engine that has an
//! admin; the API may read it, and no other Secret, to show it to the store's owner.

/// Name of the Secret.
pub const NAME: &str = "admin-login";
/// Key of the user's name.
pub const USER: &str = "user";
/// Key of the e-mail address.
pub const EMAIL: &str = "email";
/// Key of the password.
pub const PASSWORD: &str = "password";
