//! What the images of databases and caches have agreed on with the platform: see the READMEs below `images/`.

use store_crd::engine::{CacheKind, DatabaseKind};

/// Name of the database and of its user; each store has a server of its own, so they need not differ.
pub const DATABASE_NAME: &str = "store";

/// How a database's image is run.
pub struct DatabaseConvention {
    pub port: u16,
    pub user_id: u32,
    /// Where the volume is mounted.
    pub data: &'static str,
    /// Variables for name, user and password of the database to make.
    pub env: [&'static str; 3],
    /// Scheme of its address in a `database.url`.
    pub scheme: &'static str,
}

/// The convention of a kind of database.
pub const fn of_database(kind: DatabaseKind) -> DatabaseConvention {
    match kind {
        DatabaseKind::MariaDb => DatabaseConvention {
            port: 3306,
            user_id: 999,
            data: "/var/lib/mysql",
            env: ["MARIADB_DATABASE", "MARIADB_USER", "MARIADB_PASSWORD"],
            scheme: "mysql",
        },
        DatabaseKind::Postgres => DatabaseConvention {
            port: 5432,
            user_id: 999,
            data: "/var/lib/postgresql/data",
            env: ["POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD"],
            scheme: "postgres",
        },
    }
}

/// How a cache's image is run.
pub struct CacheConvention {
    pub port: u16,
    pub user_id: u32,
    /// Variable for the password.
    pub env: &'static str,
    /// Scheme of its address in a `cache.url`.
    pub scheme: &'static str,
}

/// The convention of a kind of cache.
pub const fn of_cache(kind: CacheKind) -> CacheConvention {
    match kind {
        CacheKind::Valkey => {
            CacheConvention { port: 6379, user_id: 999, env: "VALKEY_PASSWORD", scheme: "redis" }
        }
    }
}
