//! Whom the window asks for the past of a feature: the database that it follows, or the package that it shows.

use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use analysis::words::Words;
use serde_json::Value;
use spatial_db::package::{Package, SourceLayer};
use spatial_db::schema::Table;
use spatial_db::store::{FeatureState, Store};
use twin_engine::causes::in_words;
use twin_engine::{Past, PastOf, PastState};

/// Address of the database, once it is known: an open window does not start a server.
pub(crate) type Address = Arc<OnceLock<String>>;

/// Asks the store, over a connection of its own that is kept.
pub(crate) fn of_store(slug: &str, address: Address) -> PastOf {
    let (slug, connection) = (slug.to_owned(), Mutex::new(None::<Store>));
    Arc::new(move |id, _| {
        let url = address.get().ok_or_else(not_reached)?;
        let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
        let mut store = match connection.take() {
            Some(store) => store,
            None => Store::connect(url).map_err(|error| in_words(&error))?,
        };
        let states = if let Ok(states) = store.feature_history(&slug, id) {
            states
        } else {
            // The server was away meanwhile: a second connection, then its word counts.
            store = Store::connect(url).map_err(|error| in_words(&error))?;
            store.feature_history(&slug, id).map_err(|error| in_words(&error))?
        };
        *connection = Some(store);
        let source = states.iter().rev().find_map(|state| state.source.clone());
        Ok(Past { source, states: states.into_iter().map(state).collect(), only: None })
    })
}

/// A question that came before the database was there.
pub(crate) fn not_reached() -> Words {
    analysis::words!("failure-not-reached", "the database is not reached yet")
}

/// Tells what a package keeps: the file of each layer, and the last import.
pub(crate) fn of_package(path: &Path) -> PastOf {
    let path = path.to_owned();
    Arc::new(move |id, layer| {
        let package = Package::open(&path).map_err(|error| in_words(&error))?;
        let table = Table::of(id.kind).map(|table| table.name);
        let sources = package.sources().map_err(|error| in_words(&error))?;
        let fits = |source: &SourceLayer| Some(source.table.as_str()) == table && source.layer == layer;
        let source = sources.into_iter().find(fits).map(|source| source.source);
        let header = package.header();
        Ok(Past { source, states: Vec::new(), only: Some((header.run_id, header.packed)) })
    })
}

fn state(state: FeatureState) -> PastState {
    let printed = |value: Value| match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text,
        other => other.to_string(),
    };
    PastState {
        run: state.run_id,
        finished: state.finished,
        by: state.by,
        undid: state.reverts,
        columns: state.columns.into_iter().map(|c| (c.column, printed(c.old), printed(c.new))).collect(),
        reshaped: state.reshaped,
        removed_by: state.removed_by,
    }
}
