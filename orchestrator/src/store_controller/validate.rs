//! Second step: is this a store that can be built? Needs no client.
//!
//! The schemas of both resources refuse most of what is wrong already. What is left is what a schema can't know: whether engine and
//! version exist, whether an engine's parts fit each other, and whether they fit the installation's limits.

use std::{collections::BTreeMap, fmt, str::FromStr, sync::Arc};

use kube::ResourceExt;
use store_crd::{
    Store, StoreEngine, StoreId,
    engine::{Admin, App, CacheKind, Check, CpuAndMemory, DatabaseKind, EnvVar, Resources, Volume},
};

use crate::{
    platform::{Platform, Quota},
    quantity::Quantity,
    store_controller::dereference::Dereferenced,
};

/// A store that can be built: all that the builders get.
#[derive(Clone, Debug)]
pub struct ValidatedStore {
    pub id: StoreId,
    /// Identity of the Store object, which owns the namespace.
    pub uid: String,
    pub display_name: String,
    pub engine: String,
    pub version: String,
    /// Image of the application and of the setup job.
    pub image: String,
    pub database: Option<DatabaseSpec>,
    pub cache: Option<CacheSpec>,
    /// Names of the engine's own secrets.
    pub secrets: Vec<String>,
    pub app: AppSpec,
    pub setup: Option<SetupSpec>,
    pub routes: Vec<String>,
    pub admin: Option<Admin>,
    pub check: Check,
    /// Where the shop tells when it was last visited, if it can.
    pub visits: Option<String>,
    pub platform: Arc<Platform>,
}

#[derive(Clone, Debug)]
pub struct DatabaseSpec {
    pub kind: DatabaseKind,
    pub image: String,
    pub storage: Quantity,
    pub resources: ResourceSpec,
}

#[derive(Clone, Debug)]
pub struct CacheSpec {
    pub kind: CacheKind,
    pub image: String,
    pub resources: ResourceSpec,
}

#[derive(Clone, Debug)]
pub struct AppSpec {
    pub port: u16,
    pub run_as_user: u32,
    pub command: Vec<String>,
    pub args: Vec<String>,
    pub env: Vec<Env>,
    pub volumes: Vec<VolumeSpec>,
    pub readiness: String,
    pub liveness: String,
    pub resources: ResourceSpec,
    pub rollout: Rollout,
}

/// How the application's pod is replaced by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rollout {
    /// The new one starts beside the old one, so that no visitor notices.
    SideBySide,
    /// The old one stops first: both can't have the same kept volume, or there is no room for two in the quota.
    OneAfterAnother,
}

#[derive(Clone, Debug)]
pub struct SetupSpec {
    pub command: Vec<String>,
    pub resources: ResourceSpec,
}

#[derive(Clone, Debug)]
pub struct VolumeSpec {
    pub name: String,
    pub mount_path: String,
    /// Its size if it is kept.
    pub storage: Option<Quantity>,
}

#[derive(Clone, Debug)]
pub struct ResourceSpec {
    pub requests: Amounts,
    pub limits: Amounts,
}

#[derive(Clone, Debug)]
pub struct Amounts {
    pub cpu: Quantity,
    pub memory: Quantity,
}

/// An environment variable of the application and of the setup job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Env {
    pub name: String,
    pub value: EnvValue,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnvValue {
    Fixed(String),
    From(Source),
}

/// A value that the orchestrator provides. Its text is what stands in an engine's `from` and also the key under which the value is
/// kept in the store's namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    StoreId,
    StoreName,
    StoreHost,
    StoreUrl,
    DatabaseHost,
    DatabasePort,
    DatabaseName,
    DatabaseUser,
    DatabasePassword,
    DatabaseUrl,
    CacheHost,
    CachePort,
    CachePassword,
    CacheUrl,
    AdminUser,
    AdminEmail,
    AdminPassword,
    Secret(String),
}

/// Where a [`Source`] is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// In the `ConfigMap` `settings`.
    Settings,
    /// In the Secret `store-credentials`.
    Credentials,
}

impl Source {
    /// Every source but the engine's own secrets.
    pub const FIXED: [Self; 17] = [
        Self::StoreId,
        Self::StoreName,
        Self::StoreHost,
        Self::StoreUrl,
        Self::DatabaseHost,
        Self::DatabasePort,
        Self::DatabaseName,
        Self::DatabaseUser,
        Self::DatabasePassword,
        Self::DatabaseUrl,
        Self::CacheHost,
        Self::CachePort,
        Self::CachePassword,
        Self::CacheUrl,
        Self::AdminUser,
        Self::AdminEmail,
        Self::AdminPassword,
    ];

    /// Where the value is kept: whatever holds a password is a Secret.
    #[must_use]
    pub const fn kept(&self) -> Kept {
        match self {
            Self::DatabasePassword
            | Self::DatabaseUrl
            | Self::CachePassword
            | Self::CacheUrl
            | Self::AdminPassword
            | Self::Secret(_) => Kept::Credentials,
            Self::StoreId
            | Self::StoreName
            | Self::StoreHost
            | Self::StoreUrl
            | Self::DatabaseHost
            | Self::DatabasePort
            | Self::DatabaseName
            | Self::DatabaseUser
            | Self::CacheHost
            | Self::CachePort
            | Self::AdminUser
            | Self::AdminEmail => Kept::Settings,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StoreId => "store.id",
            Self::StoreName => "store.name",
            Self::StoreHost => "store.host",
            Self::StoreUrl => "store.url",
            Self::DatabaseHost => "database.host",
            Self::DatabasePort => "database.port",
            Self::DatabaseName => "database.name",
            Self::DatabaseUser => "database.user",
            Self::DatabasePassword => "database.password",
            Self::DatabaseUrl => "database.url",
            Self::CacheHost => "cache.host",
            Self::CachePort => "cache.port",
            Self::CachePassword => "cache.password",
            Self::CacheUrl => "cache.url",
            Self::AdminUser => "admin.user",
            Self::AdminEmail => "admin.email",
            Self::AdminPassword => "admin.password",
            Self::Secret(name) => return write!(f, "secret.{name}"),
        })
    }
}

impl FromStr for Source {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if let Some(name) = text.strip_prefix("secret.") {
            return Ok(Self::Secret(name.to_owned()));
        }
        Self::FIXED.into_iter().find(|source| source.to_string() == text).ok_or(())
    }
}

/// Why a store can't be built. The texts are shown to people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    #[error("the Store's name {name:?} is {source}")]
    Name { name: String, source: store_crd::StoreIdError },

    #[error("there is no engine {engine:?}; {}", list("engine", .known))]
    UnknownEngine { engine: String, known: Vec<String> },

    #[error("engine {engine:?} has no version {version:?}; {}", list("version", .known))]
    UnknownVersion { engine: String, version: String, known: Vec<String> },

    #[error("engine {engine:?} can't be used: {field}: {problem}")]
    UnusableEngine { engine: String, field: String, problem: String },
}

impl Invalid {
    /// The reason in the store's status.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Name { .. } => "InvalidName",
            Self::UnknownEngine { .. } => "UnknownEngine",
            Self::UnknownVersion { .. } => "UnknownVersion",
            Self::UnusableEngine { .. } => "InvalidEngine",
        }
    }
}

fn list(what: &str, names: &[String]) -> String {
    match names {
        [] => format!("no {what} is installed"),
        [name] => format!("the only {what} is {name}"),
        names => format!("the {what}s are {}", names.join(", ")),
    }
}

/// Checks a store and its engine, and takes apart what the builders need of them.
///
/// # Errors
///
/// [`Invalid`], with the first thing that is wrong.
pub fn validate(dereferenced: Dereferenced, platform: Arc<Platform>) -> Result<ValidatedStore, Invalid> {
    let Dereferenced { store, engine, engines } = dereferenced;
    let name = store.name_any();
    let id = name.parse().map_err(|source| Invalid::Name { name, source })?;
    let Some(engine) = engine else {
        return Err(Invalid::UnknownEngine { engine: store.spec.engine.clone(), known: engines });
    };
    let (version, image) = version_of(&store, &engine)?;
    let invalid = |problem: Problem| Invalid::UnusableEngine {
        engine: store.spec.engine.clone(),
        field: problem.field,
        problem: problem.text,
    };
    let parts = parts_of(&engine, &platform.quota).map_err(invalid)?;
    let Parts { database, cache, secrets, app, setup } = parts;
    Ok(ValidatedStore {
        id,
        uid: store.uid().unwrap_or_default(),
        display_name: store.spec.display_name.clone(),
        engine: store.spec.engine.clone(),
        version,
        image,
        database,
        cache,
        secrets,
        app,
        setup,
        routes: engine.spec.routes.clone(),
        admin: engine.spec.admin.clone(),
        check: engine.spec.check.clone(),
        visits: engine.spec.visits.as_ref().map(|visits| visits.path.clone()),
        platform,
    })
}

fn version_of(store: &Store, engine: &StoreEngine) -> Result<(String, String), Invalid> {
    let wanted = store.spec.version.as_ref().unwrap_or(&engine.spec.default_version);
    match engine.spec.versions.iter().find(|version| version.name == *wanted) {
        Some(version) => Ok((version.name.clone(), version.image.clone())),
        None => Err(Invalid::UnknownVersion {
            engine: store.spec.engine.clone(),
            version: wanted.clone(),
            known: engine.spec.versions.iter().map(|version| version.name.clone()).collect(),
        }),
    }
}

/// What is wrong in an engine, and where.
struct Problem {
    field: String,
    text: String,
}

fn problem(field: impl Into<String>, text: impl Into<String>) -> Problem {
    Problem { field: field.into(), text: text.into() }
}

struct Parts {
    database: Option<DatabaseSpec>,
    cache: Option<CacheSpec>,
    secrets: Vec<String>,
    app: AppSpec,
    setup: Option<SetupSpec>,
}

fn parts_of(engine: &StoreEngine, quota: &Quota) -> Result<Parts, Problem> {
    let spec = &engine.spec;
    let database = match &spec.database {
        None => None,
        Some(database) => Some(DatabaseSpec {
            kind: database.kind,
            image: database.image.clone(),
            storage: quantity(&database.storage, "database.storage")?,
            resources: resources(&database.resources, "database.resources")?,
        }),
    };
    let cache = match &spec.cache {
        None => None,
        Some(cache) => Some(CacheSpec {
            kind: cache.kind,
            image: cache.image.clone(),
            resources: resources(&cache.resources, "cache.resources")?,
        }),
    };
    let setup = match &spec.setup {
        None => None,
        Some(setup) => Some(SetupSpec {
            command: setup.command.clone(),
            resources: resources(&setup.resources, "setup.resources")?,
        }),
    };
    let mut app = app_of(engine, &spec.app)?;
    fits(quota, database.as_ref(), &app)?;
    app.rollout = rollout(quota, database.as_ref(), cache.as_ref(), setup.as_ref(), &app)?;
    Ok(Parts {
        database,
        cache,
        secrets: spec.secrets.iter().map(|secret| secret.name.clone()).collect(),
        app,
        setup,
    })
}

fn app_of(engine: &StoreEngine, app: &App) -> Result<AppSpec, Problem> {
    Ok(AppSpec {
        port: app.port,
        run_as_user: app.run_as_user,
        command: app.command.clone(),
        args: app.args.clone(),
        env: app.env.iter().map(|env| env_of(engine, env)).collect::<Result<_, _>>()?,
        volumes: volumes_of(&app.volumes)?,
        readiness: app.probes.readiness.clone(),
        liveness: app.probes.liveness.clone(),
        resources: resources(&app.resources, "app.resources")?,
        rollout: Rollout::SideBySide,
    })
}

fn env_of(engine: &StoreEngine, env: &EnvVar) -> Result<Env, Problem> {
    let field = format!("app.env[{}]", env.name);
    let value = match (&env.value, &env.from) {
        (Some(value), None) => EnvValue::Fixed(value.clone()),
        (None, Some(from)) => {
            let source: Source = from.parse().map_err(|()| {
                problem(format!("{field}.from"), format!("{from:?} is no value that stores have"))
            })?;
            if let Some(text) = missing(engine, &source) {
                return Err(problem(format!("{field}.from"), format!("{from:?} needs {text}")));
            }
            EnvValue::From(source)
        }
        _ => return Err(problem(field, "give either value or from")),
    };
    Ok(Env { name: env.name.clone(), value })
}

/// What an engine lacks to provide a source.
fn missing(engine: &StoreEngine, source: &Source) -> Option<String> {
    let spec = &engine.spec;
    match source {
        Source::StoreId | Source::StoreName | Source::StoreHost | Source::StoreUrl => None,
        Source::DatabaseHost
        | Source::DatabasePort
        | Source::DatabaseName
        | Source::DatabaseUser
        | Source::DatabasePassword
        | Source::DatabaseUrl => {
            spec.database.is_none().then(|| "a database, which the engine hasn't".to_owned())
        }
        Source::CacheHost | Source::CachePort | Source::CachePassword | Source::CacheUrl => {
            spec.cache.is_none().then(|| "a cache, which the engine hasn't".to_owned())
        }
        Source::AdminUser | Source::AdminEmail | Source::AdminPassword => {
            spec.admin.is_none().then(|| "an admin, which the engine hasn't".to_owned())
        }
        Source::Secret(name) => (!spec.secrets.iter().any(|secret| secret.name == *name))
            .then(|| format!("a secret {name:?} in the engine's secrets")),
    }
}

fn volumes_of(volumes: &[Volume]) -> Result<Vec<VolumeSpec>, Problem> {
    let mut paths: BTreeMap<String, &str> = BTreeMap::from([("/tmp".to_owned(), "the platform's own")]);
    volumes
        .iter()
        .map(|volume| {
            let field = |name: &str| format!("app.volumes[{}].{name}", volume.name);
            if volume.name == "tmp" {
                return Err(problem(field("name"), "tmp is the name of the platform's own volume at /tmp"));
            }
            if volume.mount_path.split('/').any(|part| part == ".." || part == ".") {
                return Err(problem(field("mountPath"), "a path without . and .. is needed"));
            }
            let path = volume.mount_path.trim_end_matches('/');
            if path.is_empty() {
                return Err(problem(field("mountPath"), "the root of the file system can't be a volume"));
            }
            if let Some(other) = paths.insert(path.to_owned(), &volume.name) {
                return Err(problem(
                    field("mountPath"),
                    format!("{path} is taken by another volume ({other})"),
                ));
            }
            Ok(VolumeSpec {
                name: volume.name.clone(),
                mount_path: path.to_owned(),
                storage: volume
                    .storage
                    .as_deref()
                    .map(|storage| quantity(storage, field("storage")))
                    .transpose()?,
            })
        })
        .collect()
}

fn resources(resources: &Resources, field: &str) -> Result<ResourceSpec, Problem> {
    let amounts = |amounts: &CpuAndMemory, part: &str| {
        Ok(Amounts {
            cpu: quantity(&amounts.cpu, format!("{field}.{part}.cpu"))?,
            memory: quantity(&amounts.memory, format!("{field}.{part}.memory"))?,
        })
    };
    let requests = amounts(&resources.requests, "requests")?;
    let limits = amounts(&resources.limits, "limits")?;
    for (what, request, limit) in
        [("cpu", &requests.cpu, &limits.cpu), ("memory", &requests.memory, &limits.memory)]
    {
        if request.thousandths() > limit.thousandths() {
            return Err(problem(
                format!("{field}.requests.{what}"),
                format!("{request} is more than its limit, {limit}"),
            ));
        }
    }
    Ok(ResourceSpec { requests, limits })
}

fn quantity(text: &str, field: impl Into<String>) -> Result<Quantity, Problem> {
    text.parse().map_err(|error: crate::quantity::QuantityError| problem(field, error.to_string()))
}

/// Whether the volumes fit the quota. If they don't, the cluster would refuse them one by one, and the store would only time out.
fn fits(quota: &Quota, database: Option<&DatabaseSpec>, app: &AppSpec) -> Result<(), Problem> {
    let sizes: Vec<&Quantity> = database
        .iter()
        .map(|database| &database.storage)
        .chain(app.volumes.iter().filter_map(|volume| volume.storage.as_ref()))
        .collect();
    if sizes.len() > quota.volume_claims as usize {
        return Err(problem(
            "app.volumes",
            format!("{} kept volumes are needed, and a store may have {}", sizes.len(), quota.volume_claims),
        ));
    }
    if sizes.iter().map(|size| size.thousandths()).sum::<u128>() > quota.storage.thousandths() {
        let sizes: Vec<String> = sizes.iter().map(ToString::to_string).collect();
        return Err(problem(
            "database.storage and app.volumes",
            format!("{} are more than the {} that a store may have", sizes.join(" + "), quota.storage),
        ));
    }
    Ok(())
}

/// One of a pod's amounts.
type Amount = fn(&Amounts) -> &Quantity;

/// Whether the pods fit the quota, and how the application's is replaced.
fn rollout(
    quota: &Quota,
    database: Option<&DatabaseSpec>,
    cache: Option<&CacheSpec>,
    setup: Option<&SetupSpec>,
    app: &AppSpec,
) -> Result<Rollout, Problem> {
    let pods: Vec<&Amounts> = [&app.resources]
        .into_iter()
        .chain(database.map(|database| &database.resources))
        .chain(cache.map(|cache| &cache.resources))
        .chain(setup.map(|setup| &setup.resources))
        .map(|resources| &resources.limits)
        .collect();
    let mut room_for_two = true;
    let kinds: [(&str, Amount, &Quantity); 2] =
        [("cpu", |amounts| &amounts.cpu, &quota.cpu), ("memory", |amounts| &amounts.memory, &quota.memory)];
    for (what, amount, limit) in kinds {
        let sum: u128 = pods.iter().map(|limits| amount(limits).thousandths()).sum();
        if sum > limit.thousandths() {
            let amounts: Vec<String> = pods.iter().map(|limits| amount(limits).to_string()).collect();
            return Err(problem(
                format!("resources.limits.{what}"),
                format!("{} are more than the {limit} that a store may have", amounts.join(" + ")),
            ));
        }
        room_for_two &= sum + amount(&app.resources.limits).thousandths() <= limit.thousandths();
    }
    let keeps = app.volumes.iter().any(|volume| volume.storage.is_some());
    Ok(if keeps || !room_for_two { Rollout::OneAfterAnother } else { Rollout::SideBySide })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::{Value, json};
    use store_crd::StoreEngine;

    use super::*;
    use crate::store_controller::fixtures::{dereferenced, engine, platform, store, valid};

    /// An engine with one thing in it changed.
    fn changed(name: &str, pointer: &str, value: Value) -> StoreEngine {
        let mut json = serde_json::to_value(engine(name)).unwrap();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = json.pointer_mut(&format!("/spec{parent}")).unwrap_or_else(|| panic!("{pointer}"));
        match (parent, value) {
            (Value::Object(object), Value::Null) => {
                object.remove(key);
            }
            (Value::Object(object), value) => {
                object.insert(key.to_owned(), value);
            }
            (Value::Array(array), value) => array.push(value),
            _ => panic!("{pointer} is in no object"),
        }
        serde_json::from_value(json).unwrap()
    }

    #[rstest]
    #[case("/database", Value::Null, "app.env[DB_HOST].from: \"database.host\" needs a database")]
    #[case("/app/env/-", json!({ "name": "X", "from": "cache.url" }), "app.env[X].from: \"cache.url\" needs a cache")]
    #[case("/admin", Value::Null, "\"admin.user\" needs an admin")]
    #[case("/secrets", json!([]), "app.env[WP_SALT].from: \"secret.wordpress\" needs a secret \"wordpress\"")]
    #[case("/app/env/-", json!({ "name": "X", "from": "store.colour" }), "\"store.colour\" is no value that stores have")]
    #[case("/app/env/-", json!({ "name": "X" }), "app.env[X]: give either value or from")]
    #[case("/app/env/-", json!({ "name": "X", "from": "store.id", "value": "1" }), "give either value or from")]
    #[case("/app/volumes/-", json!({ "name": "tmp", "mountPath": "/x" }), "app.volumes[tmp].name: tmp is the name of")]
    #[case("/app/volumes/-", json!({ "name": "x", "mountPath": "/tmp" }), "app.volumes[x].mountPath: /tmp is taken")]
    #[case("/app/volumes/-", json!({ "name": "x", "mountPath": "/srv/wordpress/wp-content/cache/" }), "is taken by another volume (cache)")]
    #[case("/app/volumes/-", json!({ "name": "x", "mountPath": "/srv/../etc" }), "a path without . and .. is needed")]
    #[case("/app/volumes/-", json!({ "name": "x", "mountPath": "//" }), "the root of the file system can't be a volume")]
    #[case("/app/volumes/-", json!({ "name": "x", "mountPath": "/x", "storage": "3Gi" }), "4Gi + 4Gi + 3Gi are more than the 10Gi")]
    #[case("/database/storage", json!("lots"), "database.storage: \"lots\" is no quantity")]
    #[case("/app/resources/requests/cpu", json!("2"), "app.resources.requests.cpu: 2 is more than its limit, 500m")]
    #[case("/app/resources/limits/cpu", json!("1"), "resources.limits.cpu: 1 + 500m + 1 are more than the 2")]
    #[case("/app/resources/limits/memory", json!("4Gi"), "resources.limits.memory: 4Gi + 512Mi + 384Mi are more than the 4Gi")]
    fn an_engine_that_cannot_work_is_refused_by_field(
        #[case] pointer: &str,
        #[case] value: Value,
        #[case] message: &str,
    ) {
        let engine = changed("woocommerce", pointer, value);
        let invalid = validate(dereferenced(store("woocommerce"), Some(engine)), platform(&[])).unwrap_err();
        assert_eq!(invalid.reason(), "InvalidEngine");
        let text = invalid.to_string();
        assert!(
            text.starts_with("engine \"woocommerce\" can't be used: ") && text.contains(message),
            "{text}"
        );
    }

    #[test]
    fn too_many_volumes_are_refused() {
        let volumes = json!([
            { "name": "a", "mountPath": "/a", "storage": "1Gi" },
            { "name": "b", "mountPath": "/b", "storage": "1Gi" },
        ]);
        let engine = changed("woocommerce", "/app/volumes", volumes);
        let platform = platform(&["--quota-volume-claims=2"]);
        let invalid = validate(dereferenced(store("woocommerce"), Some(engine)), platform).unwrap_err();
        assert!(
            invalid.to_string().contains("3 kept volumes are needed, and a store may have 2"),
            "{invalid}"
        );
    }

    #[test]
    fn an_unknown_engine_is_refused_with_the_known_ones() {
        let invalid = validate(dereferenced(store("shopify"), None), platform(&[])).unwrap_err();
        assert_eq!(invalid.reason(), "UnknownEngine");
        assert_eq!(
            invalid.to_string(),
            "there is no engine \"shopify\"; the engines are medusa, woocommerce"
        );
    }

    #[rstest]
    #[case("woocommerce", "the versions are 10.0.2, 9.9.9")]
    #[case("medusa", "the only version is 2.18.0")]
    fn an_unknown_version_is_refused_with_the_known_ones(#[case] name: &str, #[case] known: &str) {
        let mut store = store(name);
        store.spec.version = Some("1.2.3".to_owned());
        let invalid = validate(dereferenced(store, Some(engine(name))), platform(&[])).unwrap_err();
        assert_eq!(invalid.reason(), "UnknownVersion");
        assert_eq!(invalid.to_string(), format!("engine {name:?} has no version \"1.2.3\"; {known}"));
    }

    #[test]
    fn a_store_may_name_a_version_or_take_the_default() {
        let mut named = store("woocommerce");
        named.spec.version = Some("9.9.9".to_owned());
        let named = validate(dereferenced(named, Some(engine("woocommerce"))), platform(&[])).unwrap();
        assert_eq!(
            (named.version.as_str(), named.image.as_str()),
            ("9.9.9", "localhost/store-platform/woocommerce:0")
        );
        assert_eq!(valid("woocommerce", &[]).version, "10.0.2");
    }

    #[test]
    fn a_store_that_is_not_named_by_an_id_is_refused() {
        let mut store = store("woocommerce");
        store.metadata.name = Some("my-shop".to_owned());
        let invalid = validate(dereferenced(store, Some(engine("woocommerce"))), platform(&[])).unwrap_err();
        assert_eq!(invalid.reason(), "InvalidName");
    }

    #[rstest]
    #[case("woocommerce", &["--quota-cpu=8"], Rollout::OneAfterAnother)]
    #[case("medusa", &["--quota-cpu=8"], Rollout::SideBySide)]
    #[case("medusa", &[], Rollout::SideBySide)]
    #[case("medusa", &["--quota-cpu=1900m"], Rollout::OneAfterAnother)]
    fn the_application_is_replaced_side_by_side_where_volumes_and_quota_allow(
        #[case] engine: &str,
        #[case] flags: &[&str],
        #[case] rollout: Rollout,
    ) {
        assert_eq!(valid(engine, flags).app.rollout, rollout);
    }

    #[test]
    fn every_source_is_read_as_it_is_written() {
        for source in Source::FIXED.into_iter().chain([Source::Secret("jwt".to_owned())]) {
            assert_eq!(source.to_string().parse(), Ok(source.clone()));
        }
        assert_eq!("store".parse::<Source>(), Err(()));
    }

    #[test]
    fn every_source_that_holds_a_password_is_kept_in_the_secret() {
        for source in Source::FIXED {
            let text = source.to_string();
            let secret = text.ends_with("password") || text == "database.url" || text == "cache.url";
            assert_eq!(source.kept() == Kept::Credentials, secret, "{text}");
        }
    }
}
