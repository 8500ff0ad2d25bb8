//! The schema, while two versions of the backend run side by side.

use std::{fs, path::Path};

use backend::db::{self, MIGRATOR};
use regex::Regex;
use serde_json::{Value, json};

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

/// What the version before this one knows of the only store's timeline.
async fn steps_of_before(pool: &sqlx::PgPool) -> Vec<(i16, String, Option<String>, Option<String>)> {
    sqlx::query_as("select position, name, finished_at::text, message from store_steps order by position")
        .fetch_all(pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn timelines_of_before_come_along_and_nobody_is_told() {
    let pool = empty().await;
    MIGRATOR.run_to(6, &pool).await.unwrap();
    sqlx::raw_sql(
        "insert into stores (id, name, engine, origin, created_at, phase)
         values ('01939c4e-9d2a-7b64-8d5c-2f6d6d0f4a51', 'shop', 'medusa', 'api', now(), 'Provisioning');
         insert into store_steps (store_id, position, name, state, started_at, finished_at, message)
         select id, 2, 'Database', 'Running', '2026-11-24T12:00:00.125Z'::timestamptz, null::timestamptz, 'Starts.' from stores
         union all
         select id, 1, 'Queue', 'Succeeded', '2026-11-24T12:00:00Z', '2026-11-24T12:00:00.125Z', null from stores",
    )
    .execute(&pool)
    .await
    .unwrap();
    let changed_in = async || -> String {
        sqlx::query_scalar("select changed_in::text from stores").fetch_one(&pool).await.unwrap()
    };
    let (changed_before, steps) = (changed_in().await, steps_of_before(&pool).await);

    MIGRATOR.run(&pool).await.unwrap();
    let timeline: Value = sqlx::query_scalar("select timeline from stores").fetch_one(&pool).await.unwrap();
    let (begin, end) = ("2026-11-24T12:00:00Z", "2026-11-24T12:00:00.125Z");
    assert_eq!(
        timeline,
        json!([
            {"name": "Queue", "state": "Succeeded", "startedAt": begin, "finishedAt": end, "message": null},
            {"name": "Database", "state": "Running", "startedAt": end, "finishedAt": null, "message": "Starts."},
        ])
    );
    assert_eq!((changed_in().await, steps_of_before(&pool).await), (changed_before.clone(), steps));
    // And afterwards they are again.
    sqlx::query("update stores set name = 'other name'").execute(&pool).await.unwrap();
    assert_ne!(changed_in().await, changed_before);
}

#[tokio::test]
async fn the_version_before_finds_the_timelines_that_this_one_writes() {
    let pool = empty().await;
    MIGRATOR.run(&pool).await.unwrap();
    sqlx::query(
        r#"insert into stores (id, name, engine, origin, created_at, phase, timeline)
         values (gen_random_uuid(), 'shop', 'medusa', 'cluster', now(), 'Queued', '[{"name": "Queue", "state": "Running"}]')"#,
    )
    .execute(&pool)
    .await
    .unwrap();
    assert_eq!(steps_of_before(&pool).await, [(1, "Queue".to_owned(), None, None)]);
    sqlx::query(
        r#"update stores set timeline = '[
            {"name": "Queue", "state": "Succeeded", "finishedAt": "2026-11-24T12:00:00.125Z"},
            {"name": "Database", "state": "Running", "message": "Starts."}
        ]'"#,
    )
    .execute(&pool)
    .await
    .unwrap();
    let finished = Some("2026-11-24 12:00:00.125+00".to_owned());
    let expected = [
        (1, "Queue".to_owned(), finished, None),
        (2, "Database".to_owned(), None, Some("Starts.".to_owned())),
    ];
    assert_eq!(steps_of_before(&pool).await, expected);
}

#[test]
fn a_migration_only_adds() {
    // An index may give way to another: the old version finds with it what it found before.
    let takes_away =
        Regex::new(r"(?i)\b(drop (table|column|function|trigger|type)|rename|alter column|set not null)\b")
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
