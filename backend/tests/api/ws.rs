//! `GET /api/ws`

use std::{collections::HashMap, net::SocketAddr, time::Duration};

use backend::{
    live::feed::Feed,
    notifications::{self, Wakes},
};
use futures::{SinkExt, StreamExt, future};
use http::{HeaderValue, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    task::JoinSet,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{self, Message, client::IntoClientRequest, protocol::frame::coding::CloseCode},
};

use crate::{
    cluster::eventually,
    support::{Answer, Settings, TestApi, config},
};

/// How long something may take that is known to come.
const LIMIT: Duration = Duration::from_mins(1);

/// A replica that is reached over the network, as clients reach one.
pub struct Replica {
    pub api: TestApi,
    address: SocketAddr,
    _tasks: JoinSet<()>,
}

impl Replica {
    async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    async fn with(settings: Settings) -> Self {
        Self::of(TestApi::with(settings).await).await
    }

    pub async fn of(api: TestApi) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let wakes = Wakes::default();
        let feed = Feed::new(api.pool.clone(), api.live.clone(), config(&[]).public, wakes.stores.clone());
        let service = api.router.clone().into_make_service_with_connect_info::<SocketAddr>();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, service).await.unwrap() });
        tasks.spawn(notifications::listen(api.pool.clone(), wakes));
        tasks.spawn(feed.run());
        Self { api, address, _tasks: tasks }
    }

    /// Another replica over the same database.
    async fn sibling(&self) -> Self {
        Self::of(TestApi::over(self.api.pool.clone(), Settings::default())).await
    }

    async fn connect(&self, query: &str) -> Client {
        let stream = TcpStream::connect(self.address).await.unwrap();
        self.connect_over(stream, query).await
    }

    async fn connect_over(&self, stream: TcpStream, query: &str) -> Client {
        Client::over(stream, self.request(query)).await
    }

    /// A client that says in its own way who it is, and misses nothing from now on.
    pub async fn follow_by(&self, request: http::Request<()>) -> Client {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let mut client = Client::over(stream, request).await;
        assert_eq!(client.next().await["type"], "ready");
        client
    }

    pub fn request(&self, query: &str) -> http::Request<()> {
        format!("ws://{}/api/ws?{query}", self.address).into_client_request().unwrap()
    }

    /// A client of a user, who misses nothing from now on.
    async fn follow(&self, user: &str) -> Client {
        let mut client = self.connect(&format!("user={user}")).await;
        assert_eq!(client.next().await["type"], "ready");
        client
    }

    /// What is answered to a request for a WebSocket that comes to nothing.
    async fn refusal(&self, request: http::Request<()>) -> Answer {
        let stream = TcpStream::connect(self.address).await.unwrap();
        match client_async(request, stream).await {
            Err(tungstenite::Error::Http(response)) => {
                let (parts, body) = response.into_parts();
                Answer { status: parts.status, headers: parts.headers, body: body.unwrap_or_default() }
            }
            other => panic!("expected a refusal, not {other:?}"),
        }
    }

    /// The status with which a request for a WebSocket is answered.
    pub async fn handshake(&self, request: http::Request<()>) -> u16 {
        let stream = TcpStream::connect(self.address).await.unwrap();
        match client_async(request, stream).await {
            Ok((_, response)) => response.status().as_u16(),
            Err(tungstenite::Error::Http(response)) => response.status().as_u16(),
            Err(error) => panic!("{error}"),
        }
    }

    async fn rename(&self, id: &str, name: &str) {
        sqlx::query("update stores set name = $2 where id = $1::uuid")
            .bind(id)
            .bind(name)
            .execute(&self.api.pool)
            .await
            .unwrap();
    }
}

pub struct Client {
    socket: WebSocketStream<TcpStream>,
    /// The last one that came.
    cursor: String,
}

impl Client {
    async fn over(stream: TcpStream, request: http::Request<()>) -> Self {
        let (socket, _) = client_async(request, stream).await.unwrap();
        Self { socket, cursor: String::new() }
    }

    /// The next message.
    pub async fn next(&mut self) -> Value {
        loop {
            let message =
                timeout(LIMIT, self.socket.next()).await.expect("a message comes").unwrap().unwrap();
            if let Message::Text(text) = message {
                let message: Value = serde_json::from_str(&text).unwrap();
                if let Some(cursor) = message["cursor"].as_str() {
                    cursor.clone_into(&mut self.cursor);
                }
                return message;
            }
        }
    }

    /// The name of the store that the next message tells of.
    async fn next_name(&mut self) -> String {
        let message = self.next().await;
        message["store"]["name"].as_str().unwrap_or_else(|| panic!("{message}")).to_owned()
    }

    /// Reads until a store has this name.
    async fn until_name(&mut self, name: &str) {
        while self.next_name().await != name {}
    }

    /// The code with which the server ends the connection; none if it says nothing.
    pub async fn close_code(&mut self) -> Option<CloseCode> {
        let end = async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code),
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return None,
                }
            }
        };
        timeout(LIMIT, end).await.expect("the connection ends")
    }
}

#[tokio::test]
async fn a_client_is_told_what_becomes_of_its_stores() {
    let replica = Replica::start().await;
    let mut client = replica.follow("alice").await;
    let id = replica.api.store_of("alice", "shop").await;
    let told = client.next().await;
    assert_eq!(told["type"], "store");
    assert_eq!(told["store"], replica.api.get("alice", &format!("/api/stores/{id}")).await.json());

    sqlx::query(r#"update stores set timeline = '[{"name": "Database", "state": "Running"}]'"#)
        .execute(&replica.api.pool)
        .await
        .unwrap();
    let told = client.next().await;
    assert_eq!(told["store"], replica.api.get("alice", &format!("/api/stores/{id}")).await.json());
    assert_eq!(told["store"]["timeline"][0]["name"], "Database");

    replica.api.delete("alice", &format!("/api/stores/{id}")).await;
    assert_eq!(client.next().await["store"]["status"], "Deleting");
    sqlx::query("update stores set deleted_at = now()").execute(&replica.api.pool).await.unwrap();
    assert_eq!(client.next().await, json!({"type": "deleted", "id": id, "cursor": client.cursor}));
}

#[tokio::test]
async fn two_users_and_an_admin_see_what_is_theirs() {
    let replica = Replica::start().await;
    let mut alice = replica.follow("alice").await;
    let mut bob = replica.follow("bob").await;
    let mut admin = replica.follow("admin").await;
    let mut everyone = replica.connect("user=admin&scope=all").await;
    assert_eq!(everyone.next().await["type"], "ready");

    let of_alice = replica.api.store_of("alice", "of alice").await;
    assert_eq!(alice.next_name().await, "of alice");
    assert_eq!(everyone.next_name().await, "of alice");
    replica.api.store_of("bob", "of bob").await;
    assert_eq!(bob.next_name().await, "of bob");
    assert_eq!(everyone.next_name().await, "of bob");
    replica.api.store_of("admin", "of the admin").await;
    assert_eq!(admin.next_name().await, "of the admin");
    assert_eq!(everyone.next_name().await, "of the admin");

    // One that changes hands is gone for the one and there for the other.
    sqlx::query("update stores set owner = 'bob' where owner = 'alice'")
        .execute(&replica.api.pool)
        .await
        .unwrap();
    assert_eq!(bob.next_name().await, "of alice");
    assert_eq!(everyone.next_name().await, "of alice");
    let gone = alice.next().await;
    assert_eq!((&gone["type"], &gone["id"]), (&json!("deleted"), &json!(of_alice)));
}

#[tokio::test]
async fn after_a_break_a_client_gets_what_it_missed_from_any_replica() {
    let replica = Replica::start().await;
    let (first, second) =
        (replica.api.store_of("alice", "first").await, replica.api.store_of("alice", "second").await);
    replica.api.store_of("bob", "of bob").await;
    let client = replica.follow("alice").await;
    let cursor = client.cursor.clone();
    drop(client);

    replica.rename(&first, "first again").await;
    sqlx::query("update stores set deleted_at = now() where id = $1::uuid")
        .bind(&second)
        .execute(&replica.api.pool)
        .await
        .unwrap();
    replica.api.store_of("bob", "of bob too").await;

    let sibling = replica.sibling().await;
    let mut client = sibling.connect(&format!("user=alice&since={cursor}")).await;
    assert_eq!(client.next_name().await, "first again");
    assert_eq!(client.next().await, json!({"type": "deleted", "id": second}));
    assert_eq!(client.next().await, json!({"type": "ready", "cursor": client.cursor, "resumed": true}));
    // And from here on it is as if there had been no break.
    replica.rename(&first, "once more").await;
    assert_eq!(client.next_name().await, "once more");

    let mut nothing_missed = replica.connect(&format!("user=alice&since={}", client.cursor)).await;
    assert_eq!(nothing_missed.next().await["type"], "ready");
}

#[tokio::test]
async fn a_change_that_began_before_the_break_and_ended_after_it_is_not_lost() {
    let replica = Replica::start().await;
    let (slow, quick) =
        (replica.api.store_of("alice", "slow").await, replica.api.store_of("alice", "quick").await);
    let mut client = replica.follow("alice").await;
    let mut transaction = backend::db::begin(&replica.api.pool).await.unwrap();
    sqlx::query("update stores set name = 'slow at last' where id = $1::uuid")
        .bind(&slow)
        .execute(&mut *transaction)
        .await
        .unwrap();
    replica.rename(&quick, "quick at once").await;
    assert_eq!(client.next_name().await, "quick at once");
    let cursor = client.cursor.clone();
    drop(client);
    transaction.commit().await.unwrap();

    let mut client = replica.connect(&format!("user=alice&since={cursor}")).await;
    assert_eq!(client.next_name().await, "slow at last");
    assert_eq!(client.next().await["resumed"], true);
}

#[rstest]
#[case::no_cursor("")]
#[case::of_another_database("&since=1.00000001-1-1-")]
#[tokio::test]
async fn who_cannot_go_on_is_told_to_read_the_list(#[case] since: &str) {
    let replica = Replica::start().await;
    replica.api.store_of("alice", "shop").await;
    let mut client = replica.connect(&format!("user=alice{since}")).await;
    assert_eq!(client.next().await, json!({"type": "ready", "cursor": client.cursor, "resumed": false}));
}

#[tokio::test]
async fn who_missed_very_much_is_told_to_read_the_list() {
    let replica = Replica::start().await;
    let client = replica.follow("alice").await;
    sqlx::query(
        "insert into stores (id, name, engine, owner, origin, created_at, phase)
         select gen_random_uuid(), 'shop', 'medusa', 'alice', 'cluster', now(), 'Ready' from generate_series(1, 1001)",
    )
    .execute(&replica.api.pool)
    .await
    .unwrap();
    let mut client = replica.connect(&format!("user=alice&since={}", client.cursor)).await;
    assert_eq!(client.next().await["resumed"], false);
}

#[tokio::test]
async fn a_client_that_stops_reading_is_let_go_and_harms_no_one() {
    let flags = &["--live-write-limit=1", "--live-ping=3600"];
    let replica = Replica::with(Settings { flags, ..Settings::default() }).await;
    let id = replica.api.store_of("alice", "shop").await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let stream = socket.connect(replica.address).await.unwrap();
    let mut stuck = replica.connect_over(stream, "user=alice").await;
    assert_eq!(stuck.next().await["type"], "ready");
    let mut reads = replica.follow("alice").await;

    // From here on one of the two reads nothing.
    let text = "x".repeat(100_000);
    let mut round = 0;
    eventually("the one that doesn't read is let go", async || {
        round += 1;
        sqlx::query("update stores set name = $2, message = $3 where id = $1::uuid")
            .bind(&id)
            .bind(round.to_string())
            .bind(&text)
            .execute(&replica.api.pool)
            .await
            .unwrap();
        reads.until_name(&round.to_string()).await;
        replica.api.live.len() == 1
    })
    .await;
    replica.rename(&id, "after it").await;
    reads.until_name("after it").await;
    assert_eq!(stuck.close_code().await, None);
}

#[tokio::test]
async fn a_client_for_which_too_much_waits_is_told_so() {
    let replica = Replica::start().await;
    let mut everyone = replica.connect("user=admin&scope=all").await;
    assert_eq!(everyone.next().await["type"], "ready");
    // More in one moment than is kept for a client.
    sqlx::query(
        "insert into stores (id, name, engine, owner, origin, created_at, phase)
         select gen_random_uuid(), 'shop', 'medusa', 'alice', 'cluster', now(), 'Ready' from generate_series(1, 1025)",
    )
    .execute(&replica.api.pool)
    .await
    .unwrap();
    assert_eq!(everyone.close_code().await, Some(CloseCode::Again));
}

#[tokio::test]
async fn a_client_that_answers_no_ping_is_let_go() {
    let flags = &["--live-ping=1"];
    let replica = Replica::with(Settings { flags, ..Settings::default() }).await;
    let mut answers = replica.follow("alice").await;
    let silent = replica.follow("alice").await;
    let reading = async {
        // Reading is what answers a ping.
        while let Some(Ok(_)) = answers.socket.next().await {}
    };
    let silent_one_is_gone = eventually("it is let go", async || replica.api.live.len() == 1);
    tokio::select! {
        () = reading => panic!("the one that answers was let go"),
        () = silent_one_is_gone => {}
    }
    drop(silent);
}

#[tokio::test]
async fn a_connection_has_an_age_at_which_it_ends() {
    let flags = &["--live-max-age=1"];
    let replica = Replica::with(Settings { flags, ..Settings::default() }).await;
    assert_eq!(replica.follow("alice").await.close_code().await, Some(CloseCode::Away));
}

#[tokio::test]
async fn when_the_server_ends_its_clients_are_told() {
    let replica = Replica::start().await;
    let mut clients = [replica.follow("alice").await, replica.follow("bob").await];
    let told = future::join_all(clients.iter_mut().map(Client::close_code));
    let (told, ()) = tokio::join!(told, replica.api.live.close(LIMIT));
    assert_eq!(told, [Some(CloseCode::Away); 2]);
    assert!(replica.api.live.is_empty());
}

#[tokio::test]
async fn a_user_has_so_many_connections_and_others_have_theirs() {
    let flags = &["--live-max-clients-per-user=2", "--live-max-clients=3"];
    let replica = Replica::with(Settings { flags, ..Settings::default() }).await;
    let first = replica.follow("alice").await;
    let _second = replica.follow("alice").await;
    let refused = replica.refusal(replica.request("user=alice")).await;
    assert_eq!((refused.status, refused.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, Some("30")));
    assert_eq!(refused.code(), "too_many_connections");
    let _bob = replica.follow("bob").await;
    assert_eq!(replica.refusal(replica.request("user=carol")).await.code(), "too_many_connections");
    drop(first);
    eventually("there is room again", async || replica.api.live.len() == 2).await;
    replica.follow("alice").await;
}

#[rstest]
#[case::nobody("", StatusCode::UNAUTHORIZED, "unauthenticated")]
#[case::no_user_id("user=%20", StatusCode::UNAUTHORIZED, "unauthenticated")]
#[case::everyones_stores("user=alice&scope=all", StatusCode::FORBIDDEN, "admin_only")]
#[case::no_cursor("user=alice&since=yesterday", StatusCode::BAD_REQUEST, "invalid_query")]
#[case::an_unknown_parameter("user=alice&color=red", StatusCode::BAD_REQUEST, "invalid_query")]
#[tokio::test]
async fn a_wrong_request_is_refused_with_what_is_wrong(
    #[case] query: &str,
    #[case] status: StatusCode,
    #[case] code: &str,
) {
    let replica = Replica::start().await;
    let refused = replica.refusal(replica.request(query)).await;
    assert_eq!((refused.status, refused.code().as_str()), (status, code));
    assert!(replica.api.live.is_empty());
}

#[tokio::test]
async fn only_pages_of_the_dashboard_may_connect() {
    let flags = &["--cors-origins=http://dashboard.localhost"];
    let replica = Replica::with(Settings { flags, ..Settings::default() }).await;
    let from = |origin: &'static str| {
        let mut request = replica.request("user=alice");
        request.headers_mut().insert("origin", HeaderValue::from_static(origin));
        request
    };
    let refused = replica.refusal(from("http://evil.example")).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "origin_not_allowed"));
    let stream = TcpStream::connect(replica.address).await.unwrap();
    client_async(from("http://dashboard.localhost"), stream).await.unwrap();
}

#[tokio::test]
async fn who_does_not_speak_websocket_is_told_to() {
    let api = TestApi::start().await;
    let answer = api.get("alice", "/api/ws").await;
    assert_eq!((answer.status, answer.header("upgrade")), (StatusCode::UPGRADE_REQUIRED, Some("websocket")));
    assert_eq!(answer.code(), "upgrade_required");
}

#[tokio::test]
async fn what_a_client_says_is_of_no_consequence_unless_it_says_very_much() {
    let replica = Replica::start().await;
    let mut client = replica.follow("alice").await;
    client.socket.send(Message::text("hello")).await.unwrap();
    client.socket.send(Message::binary(vec![0; 100])).await.unwrap();
    replica.api.store_of("alice", "shop").await;
    assert_eq!(client.next_name().await, "shop");
    client.socket.send(Message::text("x".repeat(100_000))).await.unwrap();
    client.close_code().await;
    eventually("it is let go", async || replica.api.live.is_empty()).await;
}

/// 1,000 clients of 100 users with one store each, all of which change many times.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_clients_see_the_last_state_of_their_stores() {
    const USERS: usize = 100;
    const CLIENTS: usize = 1000;
    let replica = Replica::start().await;
    sqlx::query(
        "insert into stores (id, name, engine, owner, origin, created_at, phase)
         select gen_random_uuid(), 'before', 'medusa', 'user-' || number, 'cluster', now(), 'Ready'
         from generate_series(0, 99) as number",
    )
    .execute(&replica.api.pool)
    .await
    .unwrap();
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        let mut client = replica.follow(&format!("user-{}", number % USERS)).await;
        clients.spawn(async move {
            let mut messages = 0;
            loop {
                messages += 1;
                let told = client.next().await;
                assert_eq!(told["store"]["owner"], format!("user-{}", number % USERS));
                if told["store"]["name"] == "last" {
                    return messages;
                }
            }
        });
    }
    assert_eq!(replica.api.live.len(), CLIENTS);
    for round in 0..20 {
        let name = if round == 19 { "last".to_owned() } else { format!("round {round}") };
        sqlx::query("update stores set name = $1").bind(name).execute(&replica.api.pool).await.unwrap();
    }
    let mut messages: HashMap<usize, usize> = HashMap::new();
    while let Some(count) = clients.join_next().await {
        *messages.entry(count.unwrap()).or_default() += 1;
    }
    assert_eq!(messages.values().sum::<usize>(), CLIENTS, "{messages:?}");
}
