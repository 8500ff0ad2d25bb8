//! Serving connections, from the first to the last.

use std::{net::SocketAddr, time::Duration};

use axum::Router;
use tokio::{net::TcpListener, sync::watch};

use crate::health::Lifecycle;

/// Serves until `end` comes. Then health says so and connections are still taken for as long as `drain`; after that open requests have
/// `limit` to finish.
///
/// # Errors
///
/// Those of the listener.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    end: impl Future<Output = ()> + Send + 'static,
    lifecycle: watch::Sender<Lifecycle>,
    drain: Duration,
    limit: Duration,
) -> anyhow::Result<()> {
    let (drained, mut closing) = watch::channel(false);
    let graceful = async move {
        end.await;
        lifecycle.send_replace(Lifecycle::Draining);
        tracing::info!(
            drain.seconds = drain.as_secs(),
            "about to end: health says so, and requests are still served"
        );
        tokio::time::sleep(drain).await;
        drained.send_replace(true);
    };
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(graceful).into_future();
    let too_late = async move {
        // An error means that serving has ended already.
        if closing.wait_for(|drained| *drained).await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(limit).await;
    };
    tokio::select! {
        served = serving => served?,
        () = too_late => tracing::warn!(limit.seconds = limit.as_secs(), "requests that didn't finish in time were cut off"),
    }
    Ok(())
}
