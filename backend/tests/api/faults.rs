//! The whole program while the parts that it depends on come and go.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, mpsc},
    time::{Duration, Instant},
};

use futures::StreamExt;
use kube::{
    Api,
    api::{Patch, PatchParams},
};
use reqwest::{Client, Response, StatusCode};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use store_crd::{Store, StoreEngine};
use testbed::{ApiServer, Database, Postgres};
use tokio::{net::TcpStream, sync::oneshot, task::JoinSet};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, protocol::frame::coding::CloseCode},
};

use crate::cluster::eventually;

/// The program, as it is shipped.
pub struct Program {
    process: Child,
    pub address: String,
    pub client: Client,
    /// What it has logged.
    lines: Arc<Mutex<Vec<Value>>>,
}

/// Gives the cluster the engine of which the stores here are.
pub async fn ship_engine(cluster: &ApiServer) {
    let engine = json!({
        "apiVersion": "store-platform.dev/v1alpha1", "kind": "StoreEngine", "metadata": {"name": "medusa"},
        "spec": testbed::engine_spec("Medusa", "2.18.0"),
    });
    let engines: Api<StoreEngine> = Api::all(cluster.client().unwrap());
    engines.patch("medusa", &PatchParams::apply("test").force(), &Patch::Apply(engine)).await.unwrap();
}

impl Program {
    pub fn start(database: &Database, cluster: &ApiServer) -> Self {
        Self::start_with(database, cluster, &[])
    }

    pub fn start_with(database: &Database, cluster: &ApiServer, more: &[(&str, &str)]) -> Self {
        // Run by way of setpriv, so that it ends with the test in any case.
        let mut process = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "--", env!("CARGO_BIN_EXE_backend")])
            .env("LISTEN", "127.0.0.1:0")
            .env("DATABASE_URL", database.url())
            .env("KUBECONFIG", cluster.kubeconfig_file().unwrap())
            .env("MAX_CREATIONS_PER_USER_PER_HOUR", "10000")
            .env("MAX_CREATIONS_PER_IP_PER_HOUR", "10000")
            .env("MAX_STORES_PER_USER", "10000")
            .env("DRAIN_SECONDS", "1")
            .envs(more.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (sender, addresses) = mpsc::channel();
        let said = Arc::clone(&lines);
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                eprintln!("{line}");
                let line: Value = serde_json::from_str(&line).unwrap();
                if line["message"] == "listening" {
                    // Whoever waits for the address stops listening once it is there.
                    let _ = sender.send(format!("http://{}", line["address"].as_str().unwrap()));
                }
                said.lock().unwrap().push(line);
            }
        });
        let address = addresses.recv_timeout(Duration::from_secs(30)).expect("the program listens");
        let client = Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
        Self { process, address, client, lines }
    }

    /// What it has logged that is of this kind.
    pub fn said(&self, of_this_kind: impl Fn(&Value) -> bool) -> Vec<Value> {
        self.lines.lock().unwrap().iter().filter(|line| of_this_kind(line)).cloned().collect()
    }

    pub async fn until_it_says(&self, message: &str) {
        eventually(message, async || !self.said(|line| line["message"] == message).is_empty()).await;
    }

    async fn get(&self, path: &str) -> reqwest::Result<Response> {
        self.client.get(format!("{}{path}", self.address)).header("x-user-id", "alice").send().await
    }

    async fn post(&self, name: &str) -> Response {
        let request = self.client.post(format!("{}/api/stores", self.address)).header("x-user-id", "alice");
        request.json(&json!({"name": name, "engine": "medusa"})).send().await.unwrap()
    }

    pub async fn create(&self, name: &str) -> String {
        let response = self.post(name).await;
        assert_eq!(response.status(), StatusCode::ACCEPTED);
        response.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned()
    }

    async fn health(&self) -> (StatusCode, Value) {
        let response = self.get("/api/health").await.unwrap();
        (response.status(), response.json::<Value>().await.unwrap()["state"].clone())
    }

    /// Follows Alice's stores, from now on.
    async fn follow(&self) -> WebSocketStream<TcpStream> {
        let stream = TcpStream::connect(self.address.trim_start_matches("http://")).await.unwrap();
        let address = format!("{}/api/ws?user=alice", self.address.replace("http", "ws"));
        let (mut socket, _) = client_async(address, stream).await.unwrap();
        assert!(socket.next().await.unwrap().unwrap().to_text().unwrap().contains("ready"));
        socket
    }

    pub async fn until_it_serves(&self) {
        eventually("the program serves", async || self.health().await.0 == StatusCode::OK).await;
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.process), signal).unwrap();
    }

    pub async fn until_it_ends(&mut self) -> ExitStatus {
        eventually("the program ends", async || self.process.try_wait().unwrap().is_some()).await;
        self.process.wait().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn until_in_cluster(cluster: &ApiServer, id: &str) {
    let stores: Api<Store> = Api::all(cluster.client().unwrap());
    eventually("the store is in the cluster", async || {
        stores.get_opt(id).await.is_ok_and(|found| found.is_some())
    })
    .await;
}

async fn names(database: &Database) -> Vec<String> {
    let pool = sqlx::PgPool::connect_with(database.options()).await.unwrap();
    sqlx::query_scalar("select name from stores where origin = 'api' order by name")
        .fetch_all(&pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn while_postgres_is_down_nothing_is_created_and_everyone_is_told() {
    let cluster = testbed::api_server().await.unwrap();
    ship_engine(cluster).await;
    let mut postgres = Postgres::start().await.unwrap();
    let database = postgres.database().await.unwrap();
    let program = Program::start(&database, cluster);
    program.until_it_serves().await;
    program.create("before").await;

    postgres.stop().unwrap();
    let begin = Instant::now();
    let response = program.post("during").await;
    assert!(begin.elapsed() < Duration::from_secs(5), "it took {:?}", begin.elapsed());
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.headers().contains_key("retry-after"));
    assert_eq!(response.json::<Value>().await.unwrap()["code"], "database_unavailable");
    eventually("health says so", async || {
        program.health().await == (StatusCode::SERVICE_UNAVAILABLE, json!("unavailable"))
    })
    .await;
    assert!(begin.elapsed() < Duration::from_secs(5), "it took {:?}", begin.elapsed());

    postgres.resume().await.unwrap();
    let begin = Instant::now();
    program.until_it_serves().await;
    program.create("after").await;
    assert!(begin.elapsed() < Duration::from_secs(5), "it took {:?}", begin.elapsed());
    assert_eq!(names(&database).await, ["after", "before"]);
}

#[tokio::test]
async fn a_store_comes_when_the_api_server_is_back() {
    let mut cluster = ApiServer::start().await.unwrap();
    cluster.install_crds().await.unwrap();
    ship_engine(&cluster).await;
    let database = testbed::postgres().await.unwrap().database().await.unwrap();
    let program = Program::start(&database, &cluster);
    program.until_it_serves().await;

    cluster.stop().unwrap();
    let ids = [program.create("first").await, program.create("second").await];
    assert_eq!(program.health().await.0, StatusCode::OK);
    eventually("health knows of it", async || program.health().await.1 == "degraded").await;

    cluster.resume().await.unwrap();
    for id in &ids {
        until_in_cluster(&cluster, id).await;
    }
    // And what becomes of it comes back, too.
    let stores: Api<Store> = Api::all(cluster.client().unwrap());
    let ready = Patch::Merge(json!({"status": {"phase": "Ready"}}));
    stores.patch_status(&ids[0], &PatchParams::default(), &ready).await.unwrap();
    eventually("the store is shown to be ready", async || {
        let store = program.get(&format!("/api/stores/{}", ids[0])).await.unwrap();
        store.json::<Value>().await.unwrap()["status"] == "Ready"
    })
    .await;
}

#[tokio::test]
async fn what_was_accepted_survives_the_death_of_the_program() {
    let mut cluster = ApiServer::start().await.unwrap();
    cluster.install_crds().await.unwrap();
    ship_engine(&cluster).await;
    let database = testbed::postgres().await.unwrap().database().await.unwrap();
    let mut program = Program::start(&database, &cluster);
    program.until_it_serves().await;
    cluster.stop().unwrap();
    let id = program.create("shop").await;
    program.signal(Signal::KILL);
    program.until_it_ends().await;

    cluster.resume().await.unwrap();
    let _program = Program::start(&database, &cluster);
    until_in_cluster(&cluster, &id).await;
}

#[tokio::test]
async fn the_program_starts_before_its_database() {
    let cluster = testbed::api_server().await.unwrap();
    ship_engine(cluster).await;
    let mut postgres = Postgres::start().await.unwrap();
    let database = postgres.database().await.unwrap();
    postgres.stop().unwrap();
    let program = Program::start(&database, cluster);
    assert_eq!(program.post("early").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(program.health().await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(program.get("/api/health/ready").await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(program.get("/api/health/live").await.unwrap().status(), StatusCode::NO_CONTENT);

    postgres.resume().await.unwrap();
    program.until_it_serves().await;
    assert_eq!(program.get("/api/health/ready").await.unwrap().status(), StatusCode::OK);
    program.create("shop").await;
}

#[tokio::test]
async fn a_version_whose_migration_fails_is_never_ready_and_does_not_end() {
    let cluster = testbed::api_server().await.unwrap();
    let database = testbed::postgres().await.unwrap().database().await.unwrap();
    let pool = sqlx::PgPool::connect_with(database.options()).await.unwrap();
    backend::db::MIGRATOR.run(&pool).await.unwrap();
    sqlx::query("update _sqlx_migrations set checksum = 'another' where version = 1")
        .execute(&pool)
        .await
        .unwrap();
    let program = Program::start(&database, cluster);
    program.until_it_says("the schema can't be brought up to date; trying again").await;
    assert_eq!(program.get("/api/health/ready").await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(program.get("/api/health/live").await.unwrap().status(), StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn the_end_is_announced_and_drops_no_request() {
    let cluster = testbed::api_server().await.unwrap();
    ship_engine(cluster).await;
    let database = testbed::postgres().await.unwrap().database().await.unwrap();
    let mut program = Program::start(&database, cluster);
    program.until_it_serves().await;

    // A request that lasts until after the end was asked for.
    let pool = sqlx::PgPool::connect_with(database.options()).await.unwrap();
    let mut held = backend::db::begin(&pool).await.unwrap();
    sqlx::query("lock table stores").execute(&mut *held).await.unwrap();
    let waits = {
        let request =
            program.client.get(format!("{}/api/stores", program.address)).header("x-user-id", "alice");
        tokio::spawn(request.send())
    };
    let asked = "select count(*) > 0 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
    eventually("the request waits", async || sqlx::query_scalar(asked).fetch_one(&pool).await.unwrap()).await;

    program.signal(Signal::TERM);
    eventually("health says so", async || {
        program.health().await == (StatusCode::SERVICE_UNAVAILABLE, json!("draining"))
    })
    .await;
    assert_eq!(program.get("/api/engines").await.unwrap().status(), StatusCode::OK);
    eventually("no new connection is taken", async || program.get("/api/health/live").await.is_err()).await;
    held.rollback().await.unwrap();
    assert_eq!(waits.await.unwrap().unwrap().status(), StatusCode::OK);
    assert!(program.until_it_ends().await.success());
}

#[tokio::test]
async fn live_clients_are_told_of_the_end() {
    let cluster = testbed::api_server().await.unwrap();
    let database = testbed::postgres().await.unwrap().database().await.unwrap();
    let mut program = Program::start(&database, cluster);
    program.until_it_serves().await;
    let mut live = program.follow().await;
    program.signal(Signal::TERM);
    let told = loop {
        match live.next().await.unwrap().unwrap() {
            Message::Close(frame) => break frame.unwrap().code,
            other => assert!(!other.is_close()),
        }
    };
    assert_eq!(told, CloseCode::Away);
    assert!(program.until_it_ends().await.success());
}

/// How many requests are sent in a second, whatever becomes of them.
const RATE: u32 = 200;
/// Of so many requests one is a creation.
const CREATIONS: u32 = 10;

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    /// Something was read.
    Read,
    /// A store of this name was accepted.
    Accepted(String),
    /// A store of this name was refused.
    Refused(String),
    /// Nobody said what became of the store of this name: the machine was so busy that the test itself gave up.
    Unknown(String),
}

async fn ask(program: &Program, store: &str, number: u32) -> Outcome {
    if !number.is_multiple_of(CREATIONS) {
        let status = program.get(&format!("/api/stores/{store}")).await.map(|response| response.status());
        let known = [StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE];
        assert!(status.as_ref().is_ok_and(|status| known.contains(status)) || status.is_err(), "{status:?}");
        return Outcome::Read;
    }
    let name = format!("shop {number}");
    let request = program.client.post(format!("{}/api/stores", program.address)).header("x-user-id", "alice");
    let response = request.json(&json!({"name": name, "engine": "medusa"})).send().await;
    match response.map(|response| response.status()) {
        Ok(StatusCode::ACCEPTED) => Outcome::Accepted(name),
        Ok(StatusCode::SERVICE_UNAVAILABLE) => Outcome::Refused(name),
        Ok(status) => panic!("{name}: {status}"),
        Err(_) => Outcome::Unknown(name),
    }
}

/// Sends requests at a steady rate until it is told of an end, and to the last one that was due until then. None waits for another's
/// answer. Says for how long that was, and how many.
async fn load(
    program: Arc<Program>,
    store: Arc<str>,
    mut end: oneshot::Receiver<Instant>,
) -> (Duration, u32, Vec<Outcome>) {
    let begin = Instant::now();
    let mut requests = JoinSet::new();
    let mut until = None;
    for number in 0.. {
        let due = begin + Duration::from_secs(1) / RATE * number;
        until = until.or_else(|| end.try_recv().ok());
        if let Some(until) = until.filter(|until| due > *until) {
            return (until - begin, number, requests.join_all().await);
        }
        tokio::time::sleep_until(due.into()).await;
        let (program, store) = (Arc::clone(&program), Arc::clone(&store));
        requests.spawn(async move { ask(&program, &store, number).await });
    }
    unreachable!("the test ends before numbers do");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_is_restarted_and_crashes_under_load_and_nothing_is_lost_or_made_up() {
    let cluster = testbed::api_server().await.unwrap();
    ship_engine(cluster).await;
    let mut postgres = Postgres::start().await.unwrap();
    let database = postgres.database().await.unwrap();
    // The testbed's servers needn't survive anything; this database has to.
    let pool = sqlx::PgPool::connect_with(database.options()).await.unwrap();
    let name: String = sqlx::query_scalar("select current_database()::text").fetch_one(&pool).await.unwrap();
    let kept = format!("alter database \"{name}\" set synchronous_commit = on");
    sqlx::query(sqlx::AssertSqlSafe(kept)).execute(&pool).await.unwrap();
    pool.close().await;
    let more = [("MAX_REQUESTS_PER_MINUTE", "0")];
    let program = Arc::new(Program::start_with(&database, cluster, &more));
    program.until_it_serves().await;
    let mut live = program.follow().await;

    let (end, ended) = oneshot::channel();
    let mut between = vec!["before".to_owned()];
    let store = program.create("before").await.into();
    let load = tokio::spawn(load(Arc::clone(&program), store, ended));
    for round in 0..4 {
        let stopped = Instant::now();
        // Three times as an administrator restarts it, and once as it goes down by itself.
        tokio::task::block_in_place(|| if round < 3 { postgres.stop() } else { postgres.crash() }).unwrap();
        eventually("health says so", async || program.health().await.0 == StatusCode::SERVICE_UNAVAILABLE)
            .await;
        let noticed = stopped.elapsed();
        postgres.resume().await.unwrap();
        let back = Instant::now();
        program.until_it_serves().await;
        let served = back.elapsed();
        // The issue asks for 2 s and 5 s. How long it takes on a machine that does other things as well says nothing of the program.
        eprintln!(
            "round {round}: health says so after {noticed:.1?}; all is well {served:.1?} after the return"
        );
        let name = format!("in between {round}");
        // Among so many requests a busy machine may have no connection for this one in time.
        eventually("a store is accepted", async || {
            program.post(&name).await.status() == StatusCode::ACCEPTED
        })
        .await;
        between.push(name);
    }
    end.send(Instant::now()).unwrap();
    let (time, sent, outcomes) = load.await.unwrap();
    let due = time.as_secs_f64() * f64::from(RATE);
    assert!(f64::from(sent) >= due, "{sent} requests were sent, and {due} were due");

    let of = |kind: fn(&Outcome) -> Option<&String>| -> BTreeSet<String> {
        outcomes.iter().filter_map(kind).cloned().collect()
    };
    let mut accepted = of(|outcome| if let Outcome::Accepted(name) = outcome { Some(name) } else { None });
    let refused = of(|outcome| if let Outcome::Refused(name) = outcome { Some(name) } else { None });
    let unknown = of(|outcome| if let Outcome::Unknown(name) = outcome { Some(name) } else { None });
    eprintln!(
        "{sent} requests in {time:.1?}: {} creations accepted, {} refused, {} unknown",
        accepted.len(),
        refused.len(),
        unknown.len(),
    );
    accepted.extend(between);
    assert!(!refused.is_empty());
    let names: BTreeSet<String> = names(&database).await.into_iter().collect();
    let lost: Vec<_> = accepted.difference(&names).collect();
    assert!(lost.is_empty(), "accepted and not there: {lost:?}");
    let made_up: Vec<_> =
        names.iter().filter(|name| !accepted.contains(*name) && !unknown.contains(*name)).collect();
    assert!(made_up.is_empty(), "there and not accepted: {made_up:?}");

    // Who followed all the time hears of what happens now.
    let id = program.create("at last").await;
    let heard = async {
        while let Some(Ok(message)) = live.next().await {
            if message.to_text().is_ok_and(|text| text.contains(&id)) {
                return;
            }
        }
        panic!("the connection ended");
    };
    tokio::time::timeout(Duration::from_secs(30), heard).await.unwrap();
}

#[tokio::test]
async fn what_cannot_work_is_said_at_the_start() {
    for (flag, value, said) in [
        ("--trusted-proxies", "nowhere", "--trusted-proxies"),
        ("--auth-mode", "trust", "possible values"),
        ("--database-url", "postgres://user:hunter2@:x", "DATABASE_URL"),
        ("--log", "a=b=c", "directives"),
        ("--unknown", "flag", "--unknown"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_backend"))
            .args([flag, value, "--listen=127.0.0.1:0"])
            .output()
            .unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(
            !output.status.success() && error.contains(said) && !error.contains("hunter2"),
            "{flag}: {error}"
        );
    }
}
