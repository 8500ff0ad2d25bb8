//! What the program says of itself while it runs.

use backend::clock::{Clock, SystemClock};
use http::{Method, StatusCode};
use serde_json::Value;

use crate::{
    faults::{Program, ship_engine},
    routes::{NOBODYS, operations},
};

/// What is said of the request with this id: the line that every request has, and the others.
async fn lines_of(program: &Program, id: &str) -> (Value, Vec<Value>) {
    let of_request = |line: &Value| line["request.id"] == id;
    crate::cluster::eventually(&format!("{id} is logged"), async || {
        !program.said(|line| of_request(line) && line["message"] == "request").is_empty()
    })
    .await;
    let (mut request, others): (Vec<_>, Vec<_>) =
        program.said(of_request).into_iter().partition(|line| line["message"] == "request");
    assert_eq!(request.len(), 1, "{request:?}");
    (request.remove(0), others)
}

async fn start() -> (testbed::Database, Program) {
    let cluster = testbed::api_server().await.unwrap();
    ship_engine(cluster).await;
    let database = testbed::postgres().await.unwrap().database().await.unwrap();
    let program = Program::start(&database, cluster);
    program.until_it_serves().await;
    (database, program)
}

#[tokio::test]
async fn every_call_is_logged_with_who_it_was_from_where_when_and_what_came_of_it() {
    let (_database, program) = start().await;
    let warned = program.said(|line| {
        line["level"] == "WARN"
            && line["message"].as_str().is_some_and(|text| text.contains("AUTH_MODE=header"))
    });
    assert_eq!(warned.len(), 1);

    let begin = SystemClock::default().now();
    // Probes ask every second, and what they ask is not a call by anyone.
    let calls = operations()
        .into_iter()
        .filter(|operation| !operation.path.starts_with("/api/health") && operation.path != "/api/metrics");
    for (number, operation) in calls.enumerate() {
        let id = format!("call-{number}");
        let address = format!("{}{}", program.address, operation.path.replace("{id}", NOBODYS));
        let request = program.client.request(operation.method.clone(), address);
        let request = request.header("x-user-id", "alice").header("x-request-id", &id);
        let status = request.send().await.unwrap().status().as_u16();
        let (line, _) = lines_of(&program, &id).await;
        let said = [&line["user.id"], &line["client.ip"], &line["http.method"], &line["http.route"]];
        assert_eq!(
            said,
            ["alice", "127.0.0.1", operation.method.as_str(), operation.path.as_str()],
            "{line}"
        );
        assert_eq!(line["http.status"], status, "{line}");
        let at: jiff::Timestamp = line["timestamp"].as_str().unwrap().parse().unwrap();
        assert!(at >= begin && at <= SystemClock::default().now(), "{line}");
    }

    let request = program.client.get(format!("{}/api/stores", program.address));
    request.header("x-request-id", "of-nobody").send().await.unwrap();
    let (line, _) = lines_of(&program, "of-nobody").await;
    assert_eq!((&line["user.id"], line["http.status"].as_u64()), (&Value::Null, Some(401)));
}

#[tokio::test]
async fn what_caused_an_error_of_ours_is_found_by_the_id_of_its_request() {
    let (database, program) = start().await;
    let pool = sqlx::PgPool::connect_with(database.options()).await.unwrap();
    sqlx::query("alter table stores rename to secret_table").execute(&pool).await.unwrap();
    let request = program.client.request(Method::GET, format!("{}/api/stores", program.address));
    let request = request.header("x-user-id", "alice").header("x-request-id", "checkout-4711");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!answer.text().await.unwrap().contains("relation"));

    let (line, others) = lines_of(&program, "checkout-4711").await;
    assert_eq!((line["error.code"].as_str(), line["user.id"].as_str()), (Some("internal"), Some("alice")));
    let [cause] = &others[..] else { panic!("{others:?}") };
    assert_eq!((&cause["level"], &cause["message"]), (&"ERROR".into(), &"internal error".into()));
    assert!(cause["error"].as_str().unwrap().contains("relation \"stores\" does not exist"), "{cause}");
}
