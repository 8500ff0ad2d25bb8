//! The role by which requests are served.

use backend::db::{
    self,
    service_role::{self, RoleError},
};
use rstest::rstest;
use secrecy::SecretString;
use sqlx::{AssertSqlSafe, PgPool, postgres::PgConnectOptions};
use testbed::{Database, Postgres};

use crate::{
    cluster::eventually,
    faults::{Program, ship_engine},
};

fn password() -> SecretString {
    "the owner's".into()
}

async fn database() -> Database {
    testbed::postgres().await.unwrap().database().await.unwrap()
}

async fn run(pool: &PgPool, statement: &str) -> sqlx::Result<()> {
    sqlx::query(AssertSqlSafe(statement.to_owned())).execute(pool).await.map(drop)
}

/// A database with our schema, the pool of its owner, who is no superuser but may make roles, and how to connect as the service.
async fn prepared() -> (PgPool, PgConnectOptions) {
    let options = database().await.options();
    let (name, server) = (options.get_database().unwrap().to_owned(), db::pool(options.clone(), 1));
    run(&server, &format!("create role {name}_owner login createrole")).await.unwrap();
    run(&server, &format!("alter database {name} owner to {name}_owner")).await.unwrap();
    server.close().await;
    let options = options.username(&format!("{name}_owner"));
    let owner = db::pool(options.clone(), 2);
    db::MIGRATOR.run(&owner).await.unwrap();
    let service = service_role::prepare(&owner, &options, Some(&password())).await.unwrap();
    (owner, service)
}

/// One connection, so that what is set stays set.
fn alone(options: &PgConnectOptions) -> PgPool {
    db::pool(options.clone(), 1)
}

#[rstest]
#[case("update audit_log set actor = 'nobody'")]
#[case("delete from audit_log")]
#[case("truncate audit_log")]
#[case("drop table audit_log")]
#[case("drop trigger append_only on audit_log")]
#[case("alter table audit_log disable trigger append_only")]
#[case("alter table audit_log add column more text")]
#[case("create rule forget as on insert to audit_log do instead nothing")]
#[case("create trigger forget before insert on audit_log execute function outbox_notify()")]
#[case(
    "create or replace function audit_log_refuse_change() returns trigger language plpgsql as 'begin return null; end'"
)]
#[case("set session_replication_role = replica")]
#[case("set role postgres")]
#[case("set session authorization postgres")]
#[case("grant pg_write_all_data to current_user")]
#[case("alter role current_user superuser")]
#[case("delete from _sqlx_migrations")]
#[tokio::test]
async fn whoever_runs_statements_as_the_service_cannot_change_the_audit_log(#[case] statement: &str) {
    let (owner, service) = prepared().await;
    let add = "insert into audit_log (at, action, result) values (now(), 'test', 'accepted')";
    let service = alone(&service);
    run(&service, add).await.unwrap();
    run(&service, "reset role").await.unwrap();
    run(&service, "reset session authorization").await.unwrap();
    let error = run(&service, statement).await.unwrap_err();
    let code = error.as_database_error().and_then(|error| error.code().map(std::borrow::Cow::into_owned));
    assert_eq!(code.as_deref(), Some("42501"), "{error}");
    // And everything is as it was.
    run(&service, add).await.unwrap();
    assert!(run(&owner, "delete from audit_log").await.unwrap_err().to_string().contains("only be added to"));
    let rows: i64 = sqlx::query_scalar("select count(*) from audit_log").fetch_one(&owner).await.unwrap();
    assert_eq!(rows, 2);
}

#[tokio::test]
async fn it_is_given_what_a_later_version_adds() {
    let (owner, service) = prepared().await;
    run(&owner, "create table added_later (id integer)").await.unwrap();
    let before = alone(&service);
    assert!(run(&before, "select from added_later").await.is_err());
    // Two replicas of that version start together.
    let password = password();
    let again = async || service_role::prepare(&owner, &owner.connect_options(), Some(&password)).await;
    let (first, second) = tokio::join!(again(), again());
    first.and(second).unwrap();
    // Who was connected before still is, and has it too.
    run(&before, "insert into added_later values (1)").await.unwrap();
}

#[tokio::test]
async fn its_password_opens_the_door_and_no_other_does() {
    let server = Postgres::start().await.unwrap();
    let owner = db::pool(server.database().await.unwrap().options().password("the owner's"), 2);
    db::MIGRATOR.run(&owner).await.unwrap();
    let options = owner.connect_options();
    // From here on passwords are asked for.
    run(&owner, "alter role postgres password 'the owner''s'").await.unwrap();
    let file: String = sqlx::query_scalar("show hba_file").fetch_one(&owner).await.unwrap();
    run(&owner, &format!("copy (select 'local all all scram-sha-256') to '{file}'")).await.unwrap();
    run(&owner, "select pg_reload_conf()").await.unwrap();
    let wrong = alone(&options.as_ref().clone().password("wrong"));
    eventually("passwords are asked for", async || run(&wrong, "select 1").await.is_err()).await;

    let service = service_role::prepare(&owner, &options, Some(&password())).await.unwrap();
    run(&alone(&service), "select from stores").await.unwrap();
    for password in ["wrong", "the owner's", ""] {
        assert!(run(&alone(&service.clone().password(password)), "select 1").await.is_err(), "{password}");
    }
}

#[tokio::test]
async fn an_owner_that_may_not_make_roles_is_told_so() {
    let (owner, _) = prepared().await;
    run(&owner, "alter role current_user nocreaterole").await.unwrap();
    let refused = service_role::prepare(&owner, &owner.connect_options(), Some(&password())).await;
    assert!(matches!(refused, Err(RoleError::Database(_))), "{refused:?}");
}

#[tokio::test]
async fn a_role_that_was_given_too_much_is_not_taken() {
    let (owner, service) = prepared().await;
    let options = owner.connect_options();
    let (role, of_owner) = (service.get_username(), options.get_username());
    let server = alone(&service.clone().username("postgres"));
    run(&server, &format!("grant {of_owner} to {role}")).await.unwrap();
    let refused = service_role::prepare(&owner, &options, Some(&password())).await;
    assert!(matches!(refused, Err(RoleError::TooMuch(_))), "{refused:?}");
    let refused = service_role::prepare(&owner, &options, None).await;
    assert!(matches!(refused, Err(RoleError::NoPassword)), "{refused:?}");
}

#[tokio::test]
async fn the_whole_program_works_as_it() {
    let (database, cluster) = (database().await, testbed::api_server().await.unwrap());
    ship_engine(cluster).await;
    let program = Program::start(&database, cluster);
    program.until_it_serves().await;
    program.create("shop").await;
    let owner = db::pool(database.options(), 1);
    eventually("nobody else is connected", async || {
        let others: i64 = sqlx::query_scalar(
            "select count(*) from pg_stat_activity where datname = current_database()
             and application_name = 'store-platform-backend' and usename <> current_database() || '_service'",
        )
        .fetch_one(&owner)
        .await
        .unwrap();
        others == 0
    })
    .await;
    program.create("another shop").await;
}
