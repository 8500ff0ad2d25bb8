//! What is for admins only.

use crate::{
    db::audit::{self, Action, Outcome},
    domain::caller::Caller,
    http::{context::RequestContext, problem::Code},
    state::App,
};

/// Whether the caller is an admin. That someone asked who is none is written down.
pub async fn permits(
    app: &App,
    context: &RequestContext,
    caller: &Caller,
    action: Action,
) -> sqlx::Result<bool> {
    if caller.is_admin() {
        return Ok(true);
    }
    let (origin, refused) = (context.origin(caller), Outcome::Refused(Code::AdminOnly.as_str()));
    audit::record(&app.pool, app.clock.now(), Some(&origin), action, None, refused).await?;
    Ok(false)
}
