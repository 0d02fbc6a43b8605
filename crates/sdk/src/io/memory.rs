//! Values in memory, for the test kit.

use std::{
    any::Any,
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::Slot;

type Value = Arc<dyn Any + Send + Sync>;

/// Keeps values of any type as they are.
#[derive(Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<BTreeMap<Slot, Value>>>);

impl Memory {
    pub(crate) fn put(&self, slot: &Slot, value: Value) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(slot.clone(), value);
    }

    pub(crate) fn get(&self, slot: &Slot) -> Option<Value> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(slot).cloned()
    }
}
