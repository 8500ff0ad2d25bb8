//! What a container gets that says nothing about its needs, such as one that someone debugs a store with. The quota counts limits, so
//! without these it would refuse such a container.

use std::collections::BTreeMap;

use k8s_openapi::{
    api::core::v1::{LimitRange, LimitRangeItem, LimitRangeSpec},
    apimachinery::pkg::api::resource::Quantity,
};
use store_crd::engine::{CpuAndMemory, Resources};

use super::meta;
use crate::store_controller::validate::ValidatedStore;

pub fn build(store: &ValidatedStore) -> LimitRange {
    let Resources { requests, limits } = Resources::default();
    let amounts = |CpuAndMemory { cpu, memory }: CpuAndMemory| {
        Some(BTreeMap::from([("cpu".to_owned(), Quantity(cpu)), ("memory".to_owned(), Quantity(memory))]))
    };
    LimitRange {
        metadata: meta::general(store, "store"),
        spec: Some(LimitRangeSpec {
            limits: vec![LimitRangeItem {
                type_: "Container".to_owned(),
                default: amounts(limits),
                default_request: amounts(requests),
                ..LimitRangeItem::default()
            }],
        }),
    }
}
