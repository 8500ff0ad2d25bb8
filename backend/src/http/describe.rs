//! What the description of the API says of all routes, so that no route has to.

use http::StatusCode;
use utoipa::{
    Modify,
    openapi::{
        ContentBuilder, OpenApi, Ref, RefOr, ResponseBuilder,
        path::Operation,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::{cookies::Kind, identity::USER_ID, problem::MEDIA_TYPE};
use crate::config::Scheme;

/// How callers say who they are.
pub struct Callers;

impl Modify for Callers {
    fn modify(&self, openapi: &mut OpenApi) {
        let components = openapi.components.get_or_insert_default();
        let header =
            ApiKeyValue::with_description(USER_ID.as_str(), "The caller's user id, in `header` mode");
        components.add_security_scheme("user", SecurityScheme::ApiKey(ApiKey::Header(header)));
        let token = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("An access token of the identity provider for this API, in `oidc` mode"))
            .build();
        components.add_security_scheme("token", SecurityScheme::Http(token));
        let session = ApiKeyValue::with_description(
            Kind::Session.name(Scheme::Https),
            "The session of someone who signed in at the dashboard, in `oidc` mode. What changes something must come from the dashboard's \
             `Origin`.",
        );
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)));
    }
}

/// Adds the answers that come before a handler: too many requests, a page that may not act for the caller, an account without a role, and
/// what can't be reached.
pub fn what_every_route_may_answer(openapi: &mut OpenApi) {
    for (path, item) in &mut openapi.paths.paths {
        // Nobody has to be known for these, and nobody is counted.
        if path.starts_with("/api/health") {
            continue;
        }
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            let is_public = operation.responses.responses.keys().all(|status| status != "401");
            if !is_public {
                add(
                    operation,
                    StatusCode::FORBIDDEN,
                    "The caller has no role here, or the page may not act for the caller",
                );
            }
            add(
                operation,
                StatusCode::TOO_MANY_REQUESTS,
                "Too many requests; `Retry-After` says when the next one is possible",
            );
            add(
                operation,
                StatusCode::SERVICE_UNAVAILABLE,
                "Something that is needed can't be reached; nothing was changed",
            );
        }
    }
}

fn add(operation: &mut Operation, status: StatusCode, description: &str) {
    let problem = ContentBuilder::new()
        .schema(Some(RefOr::<utoipa::openapi::Schema>::Ref(Ref::from_schema_name("Problem"))))
        .build();
    let response = ResponseBuilder::new().description(description).content(MEDIA_TYPE, problem).build();
    operation.responses.responses.entry(status.as_str().to_owned()).or_insert_with(|| response.into());
}
