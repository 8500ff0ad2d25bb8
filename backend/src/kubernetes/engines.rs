//! The engines that can be chosen, as the cluster has them: a list that a watch keeps up to date.

use std::{collections::BTreeMap, sync::Arc};

use futures::StreamExt;
use kube::{
    Api, Client, ResourceExt,
    runtime::{WatchStreamExt, watcher, watcher::Event},
};
use store_crd::{StoreEngine, StoreEngineSpec};
use tokio::sync::watch;

/// Engines by name.
pub type EngineMap = Arc<BTreeMap<String, StoreEngineSpec>>;

/// The engines as they were last seen, for any number of readers.
#[derive(Clone, Debug)]
pub struct Engines {
    known: watch::Receiver<Option<EngineMap>>,
}

impl Engines {
    /// The engines, or nothing when the cluster hasn't been reached since we started.
    #[must_use]
    pub fn get(&self) -> Option<EngineMap> {
        self.known.borrow().clone()
    }

    /// Engines that never change.
    #[must_use]
    pub fn fixed(engines: Option<BTreeMap<String, StoreEngineSpec>>) -> Self {
        Self { known: watch::channel(engines.map(Arc::new)).1 }
    }
}

/// Begins to watch the engines. The future does the watching and never ends by itself.
pub fn watch(client: Client) -> (Engines, impl Future<Output = ()>) {
    let (sender, known) = watch::channel(None);
    (Engines { known }, keep_up_to_date(client, sender))
}

async fn keep_up_to_date(client: Client, sender: watch::Sender<Option<EngineMap>>) {
    let events = watcher(Api::<StoreEngine>::all(client), watcher::Config::default()).default_backoff();
    let mut events = events.boxed();
    let mut engines = BTreeMap::new();
    let mut complete = false;
    while let Some(event) = events.next().await {
        match event {
            Ok(Event::Init) => {
                complete = false;
                engines.clear();
            }
            Ok(Event::InitApply(engine) | Event::Apply(engine)) => {
                engines.insert(engine.name_any(), engine.spec);
            }
            Ok(Event::Delete(engine)) => {
                engines.remove(&engine.name_any());
            }
            Ok(Event::InitDone) => complete = true,
            Err(error) => tracing::warn!(error = %error, "the engines can't be watched; trying again"),
        }
        // While a list is being read, what was known before is the better answer.
        if complete {
            sender.send_replace(Some(Arc::new(engines.clone())));
        }
    }
}
