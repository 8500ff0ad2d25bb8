//! Six stores asked for at once, while the orchestrator is killed twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use anyhow::{Result, ensure};
use e2e::{Api, Cluster, api::DELETED_LIMIT, until};
use futures::{StreamExt as _, future::try_join_all};
use kube::runtime::{WatchStreamExt as _, watcher};
use store_crd::{Phase, Store};

const SLOTS: usize = 3;

/// What a watch of the Stores saw, in the order in which it happened.
#[derive(Default)]
struct Seen {
    phases: BTreeMap<String, Phase>,
    /// In the order in which they left the queue.
    begun: Vec<String>,
    most_at_once: usize,
}

impl Seen {
    fn note(&mut self, store: &Store) {
        let (Some(id), Some(phase)) =
            (store.metadata.name.clone(), store.status.as_ref().and_then(|status| status.phase))
        else {
            return;
        };
        if phase == Phase::Provisioning && !self.begun.contains(&id) {
            self.begun.push(id.clone());
        }
        self.phases.insert(id, phase);
        let provisioning = self.phases.values().filter(|phase| **phase == Phase::Provisioning).count();
        self.most_at_once = self.most_at_once.max(provisioning);
    }
}

#[tokio::test]
async fn six_stores_at_once_take_turns_and_survive_a_killed_orchestrator() -> Result<()> {
    let cluster = Cluster::connect().await?;
    let api = Api::of("e2e-queue")?;
    let seen = Arc::new(Mutex::new(Seen::default()));
    let watching = tokio::spawn({
        let (stores, seen) = (cluster.stores(), seen.clone());
        async move {
            let mut changes =
                watcher(stores, watcher::Config::default()).default_backoff().applied_objects().boxed();
            while let Some(change) = changes.next().await {
                if let Ok(store) = change {
                    seen.lock().unwrap().note(&store);
                }
            }
        }
    });

    // One after the other, so that their order is known; none waits for another to become Ready.
    let engines = e2e::engines();
    let mut stores = Vec::new();
    for number in 0..6 {
        let engine = &engines[number % engines.len()];
        stores.push(api.create(&format!("Shop {number}"), engine).await?);
    }
    let ids: Vec<_> = stores.iter().map(|store| store.id.clone()).collect();

    until("the first stores are being provisioned", Duration::from_mins(1), async || {
        Ok((seen.lock().unwrap().begun.len() >= SLOTS).then_some(()))
    })
    .await?;
    ensure!(cluster.kill("orchestrator").await? >= 1, "there was no orchestrator to kill");
    let mut before = Vec::new();
    for store in &stores[..SLOTS] {
        let credentials = until("a store has its secrets", Duration::from_mins(1), async || {
            Ok(cluster.credentials(&store.namespace()).await.ok())
        });
        before.push(credentials.await?);
    }
    until("a store is Ready", e2e::api::READY_LIMIT, async || {
        Ok(seen.lock().unwrap().phases.values().any(|phase| *phase == Phase::Ready).then_some(()))
    })
    .await?;
    ensure!(cluster.kill("orchestrator").await? >= 1, "there was no orchestrator to kill");

    try_join_all(ids.iter().map(|id| api.ready(id))).await?;
    watching.abort();
    {
        let seen = seen.lock().unwrap();
        ensure!(seen.most_at_once <= SLOTS, "{} stores were provisioned at once", seen.most_at_once);
        let ours: Vec<_> = seen.begun.iter().filter(|id| ids.contains(id)).cloned().collect();
        ensure!(ours.len() == ids.len(), "not all stores were seen to leave the queue: {ours:#?}");
        // Those that get their slots in the same moment are written down in any order.
        let place = |id| ours.iter().position(|begun| begun == id);
        let overtaken = |(number, id)| ids.iter().skip(number + SLOTS).any(|later| place(later) < place(id));
        ensure!(
            !ids.iter().enumerate().any(overtaken),
            "stores were asked for as\n{ids:#?}\nand left the queue as\n{ours:#?}"
        );
    }

    for (store, before) in stores.iter().zip(before) {
        let after = cluster.credentials(&store.namespace()).await?;
        ensure!(after == before, "a killed orchestrator changed a password of {}", store.name);
    }
    let mut secrets = BTreeSet::new();
    let mut inventories = BTreeMap::new();
    for store in &stores {
        let mut inventory = cluster.inventory(&store.namespace()).await?;
        let mut setups =
            inventory.iter_mut().filter(|name| name.starts_with("Job/setup-")).collect::<Vec<_>>();
        ensure!(setups.len() == 1, "not one setup job but {setups:?}");
        // What follows in its name is each store's own.
        "Job/setup".clone_into(setups[0]);
        let alike = inventories.entry(&store.engine).or_insert_with(|| inventory.clone());
        ensure!(inventory == *alike, "two stores of one engine differ:\n{inventory:#?}\n{alike:#?}");
        let credentials = cluster.credentials(&store.namespace()).await?;
        ensure!(secrets.insert(credentials["database.password"].0.clone()), "two stores share a password");
    }

    try_join_all(ids.iter().map(|id| api.delete(id))).await?;
    for store in &stores {
        // Six namespaces at once on two cores: the promise of 30 s is for one.
        cluster.no_trace(store.store_id(), DELETED_LIMIT * 4).await?;
    }
    Ok(())
}
