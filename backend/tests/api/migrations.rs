//! The schema, while two versions of the backend run side by side.

use std::{fs, path::Path};

use backend::db::{self, MIGRATOR};
use regex::Regex;

async fn empty() -> sqlx::PgPool {
    db::pool(testbed::postgres().await.unwrap().database().await.unwrap().options(), 10)
}

async fn applied(pool: &sqlx::PgPool) -> i64 {
    sqlx::query_scalar("select count(*) from _sqlx_migrations where success").fetch_one(pool).await.unwrap()
}

#[tokio::test]
async fn replicas_that_start_together_migrate_once() {
    let pool = empty().await;
    let (first, second, third) = tokio::join!(MIGRATOR.run(&pool), MIGRATOR.run(&pool), MIGRATOR.run(&pool));
    first.and(second).and(third).unwrap();
    assert_eq!(applied(&pool).await, i64::try_from(MIGRATOR.iter().count()).unwrap());
}

#[tokio::test]
async fn a_version_starts_although_a_newer_one_has_changed_the_schema() {
    let pool = empty().await;
    MIGRATOR.run(&pool).await.unwrap();
    // As after the start of an upgrade's first replica, while the old ones still run and may start again.
    sqlx::query(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (9999, 'of the version to come', true, '', 0)",
    )
    .execute(&pool)
    .await
    .unwrap();
    MIGRATOR.run(&pool).await.unwrap();
}

#[test]
fn a_migration_only_adds() {
    let takes_away = Regex::new(
        r"(?i)\b(drop (table|column|index|function|trigger|type)|rename|alter column|set not null)\b",
    )
    .unwrap();
    let must_be_given = Regex::new(r"(?is)add column [^,;]*\bnot null\b").unwrap();
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    for file in fs::read_dir(directory).unwrap() {
        let path = file.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let statements: Vec<_> = text.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
        let statements = statements.join("\n");
        assert!(!takes_away.is_match(&statements), "{} takes something away", path.display());
        for column in must_be_given.find_iter(&statements) {
            assert!(
                column.as_str().contains("default"),
                "{}: the old version doesn't give it",
                path.display()
            );
        }
    }
}
