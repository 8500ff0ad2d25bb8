//! One client's connection, from its first message to its last.

use std::time::Duration;

use axum::extract::ws::{CloseCode, CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use futures::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};

use super::{
    credentials::Credentials,
    hub::Subscription,
    mailbox::{End, Letter},
    message,
};
use crate::{config::LiveConfig, domain::snapshot::Snapshot};

/// The close code that says: who you are is no longer known. Of those that are for applications.
const NOT_KNOWN: CloseCode = 4001;
/// How long a client has to answer our goodbye.
const GOODBYE: Duration = Duration::from_secs(2);

/// What a client gets first.
#[derive(Debug)]
pub struct CatchUp {
    /// What is seen once it has got it.
    pub snapshot: Snapshot,
    /// What it missed.
    pub missed: Vec<Utf8Bytes>,
    /// Whether that is everything that it missed.
    pub resumed: bool,
}

/// Why a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Parting {
    /// The client left.
    Left,
    /// The client took too long to read something.
    Stuck,
    /// The client didn't answer our pings.
    Silent,
    /// Nothing more comes.
    Ended(End),
    /// The process is about to end.
    Closing,
    /// The connection is as old as one may be.
    Old,
    /// The client would no longer be known if it asked.
    NotKnown,
}

impl Parting {
    /// What the client is told, if it makes sense to tell it something.
    fn frame(self) -> Option<CloseFrame> {
        let (code, reason) = match self {
            Self::Left | Self::Stuck => return None,
            Self::Silent => (close_code::POLICY, "no answer to pings"),
            Self::Ended(End::TooSlow) => {
                (close_code::AGAIN, "too slow: connect again with the last cursor as `since`")
            }
            Self::Ended(End::OtherDatabase) => (close_code::RESTART, "connect again and read the list again"),
            Self::Closing => (
                close_code::AWAY,
                "the server is about to end: connect again with the last cursor as `since`",
            ),
            Self::Old => (close_code::AWAY, "connect again with the last cursor as `since`"),
            Self::NotKnown => (NOT_KNOWN, "the session or the token has ended: say again who you are"),
        };
        Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) })
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Stuck | Self::Ended(End::TooSlow) => "too_slow",
            Self::Silent => "silent",
            Self::Ended(End::OtherDatabase) => "other_database",
            Self::Closing => "closing",
            Self::Old => "old",
            Self::NotKnown => "not_known",
        }
    }
}

/// Tells a client what it missed, and then everything that changes, until one of the two has enough.
pub async fn serve(
    socket: WebSocket,
    subscription: Subscription,
    catch_up: CatchUp,
    credentials: &Credentials,
    config: &LiveConfig,
    request_id: &str,
) {
    let (sink, stream) = socket.split();
    let mut connection =
        Connection { sink, stream, write_limit: config.live_write_limit, seen: catch_up.snapshot.clone() };
    let parting = match connection.catch_up(catch_up).await {
        Ok(()) => connection.follow(&subscription, credentials, config).await,
        Err(parting) => parting,
    };
    tracing::debug!(request.id = request_id, reason = parting.word(), "live connection ended");
    connection.part(parting).await;
    // Not before: whoever closes the hub waits until everyone was told.
    drop(subscription);
}

struct Connection {
    sink: SplitSink<WebSocket, Message>,
    stream: SplitStream<WebSocket>,
    write_limit: Duration,
    /// What the client has been told at the beginning.
    seen: Snapshot,
}

impl Connection {
    async fn catch_up(&mut self, first: CatchUp) -> Result<(), Parting> {
        for text in first.missed {
            self.feed(Message::Text(text)).await?;
        }
        self.feed(Message::Text(message::ready(&first.snapshot, first.resumed))).await?;
        self.flush().await
    }

    async fn follow(
        &mut self,
        subscription: &Subscription,
        credentials: &Credentials,
        config: &LiveConfig,
    ) -> Parting {
        let begin = Instant::now();
        let (age, at_that_age) = match credentials.good_for {
            Some(time) if time < config.live_max_age => (time, Parting::NotKnown),
            _ => (config.live_max_age, Parting::Old),
        };
        let mut pings = interval_at(begin + config.live_ping, config.live_ping);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard = begin;
        loop {
            let done = tokio::select! {
                letters = subscription.mailbox().take() => match letters {
                    Ok(letters) => self.tell(letters).await,
                    Err(end) => Err(Parting::Ended(end)),
                },
                incoming = self.stream.next() => match incoming {
                    // Nothing that a client says means anything, but that it says something.
                    Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Text(_) | Message::Binary(_))) => {
                        heard = Instant::now();
                        Ok(())
                    }
                    Some(Ok(Message::Close(_)) | Err(_)) | None => Err(Parting::Left),
                },
                // One ping may be on its way, two without an answer are not.
                now = pings.tick() => if now - heard > config.live_ping * 2 {
                    Err(Parting::Silent)
                } else if !credentials.are_good().await {
                    Err(Parting::NotKnown)
                } else {
                    self.ping().await
                },
                () = subscription.closing() => Err(Parting::Closing),
                () = sleep_until(begin + age) => Err(at_that_age),
            };
            if let Err(parting) = done {
                return parting;
            }
        }
    }

    async fn tell(&mut self, letters: Vec<Letter>) -> Result<(), Parting> {
        // What came while the database was read for the beginning may be older than what was read.
        for Letter { store: _, transaction, text } in letters {
            if !self.seen.sees(transaction) {
                self.feed(Message::Text(text)).await?;
            }
        }
        self.flush().await
    }

    async fn ping(&mut self) -> Result<(), Parting> {
        self.feed(Message::Ping(Vec::new().into())).await?;
        self.flush().await
    }

    /// Each message has its own time, so that a slow network may take as long as it needs for many.
    async fn feed(&mut self, message: Message) -> Result<(), Parting> {
        within(self.write_limit, self.sink.feed(message)).await
    }

    async fn flush(&mut self) -> Result<(), Parting> {
        within(self.write_limit, self.sink.flush()).await
    }

    /// Says goodbye and waits for the answer.
    async fn part(mut self, parting: Parting) {
        let Some(frame) = parting.frame() else { return };
        let goodbye = async {
            self.sink.send(Message::Close(Some(frame))).await?;
            while let Some(Ok(message)) = self.stream.next().await {
                if matches!(message, Message::Close(_)) {
                    break;
                }
            }
            Ok::<_, axum::Error>(())
        };
        // Who doesn't answer is cut off.
        let _ = timeout(GOODBYE, goodbye).await;
    }
}

async fn within(limit: Duration, work: impl Future<Output = Result<(), axum::Error>>) -> Result<(), Parting> {
    match timeout(limit, work).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(Parting::Left),
        Err(_) => Err(Parting::Stuck),
    }
}
