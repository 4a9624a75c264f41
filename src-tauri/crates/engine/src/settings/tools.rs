//! What the model may call.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vivavoce_tools::Permission;

/// Names that are remembered at most; the file is a person's, not a store.
const MOST: usize = 512;

/// The name that stands for every function, to offer none.
const ALL: &str = "all";

/// What the model may call, and what was said of single functions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct Tools {
    /// Google Search: the service searches, and charges for it.
    pub google_search: bool,
    /// By name; a function that isn't here asks as its risk says.
    pub permissions: BTreeMap<String, Permission>,
}

impl Tools {
    /// What was said of a function, or of all.
    pub(crate) fn permission(&self, name: &str) -> Permission {
        let said = |name| self.permissions.get(name).copied();
        said(ALL).filter(|all| *all == Permission::Never).or_else(|| said(name)).unwrap_or_default()
    }

    /// The same with something said of a function.
    pub(crate) fn permit(&mut self, name: &str, permission: Permission) {
        if permission == Permission::Ask {
            self.permissions.remove(name);
        } else {
            self.permissions.insert(name.to_owned(), permission);
        }
    }

    pub(super) fn bring_into_range(&mut self) {
        self.permissions.retain(|_, permission| *permission != Permission::Ask);
        while self.permissions.len() > MOST {
            self.permissions.pop_last();
        }
    }
}
