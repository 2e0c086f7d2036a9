//! What an import tells while it runs. Showing it is left to whoever asked for it.

use super::prepare::Prepared;
use crate::issue::Issue;
use crate::reader::Enforced;
use crate::report::LayerReport;

/// How far an import is.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Progress {
    /// The reading process runs, locked in as far as this system can.
    Confined(Enforced),
    /// The files are compared, byte for byte, with those of the last import.
    Comparing {
        /// Layers in all.
        layers: usize,
    },
    /// The manifest is compared with its files.
    Checking {
        /// Layer being looked at.
        layer: String,
        /// Its place, from 1.
        index: usize,
        /// Layers in all.
        of: usize,
    },
    /// Rows of a layer are being loaded.
    Loading {
        /// Layer being loaded.
        layer: String,
        /// Its place in the order of loading, from 1.
        index: usize,
        /// Layers in all.
        of: usize,
        /// Rows so far.
        rows: u64,
        /// Rows in all, where known.
        total: Option<u64>,
        /// Share of all layers that is loaded, 0 to 1, by rows or else by bytes of the files.
        done: f64,
    },
    /// A layer is loaded.
    Loaded(LayerReport),
    /// One of the issues that are kept word for word; the report counts them all.
    Found(Issue),
    /// Every layer is loaded; indexes are built and the transaction is committed.
    Committing,
}

/// Bytes of a file that weigh as much as a row, where its rows are not known beforehand.
const BYTES_PER_ROW: u64 = 200;

/// How much of all the work is done.
#[derive(Debug, Default)]
pub(super) struct Work {
    weights: Vec<f64>,
    finished: f64,
}

impl Work {
    /// The work of all layers.
    pub(super) fn of(layers: &[Prepared<'_>]) -> Self {
        Self { weights: layers.iter().map(weight).collect(), finished: 0.0 }
    }

    /// A layer is finished.
    pub(super) fn finish(&mut self, index: usize) {
        self.finished += self.weights.get(index).copied().unwrap_or_default();
    }

    /// The share of everything when so much of one layer is done.
    pub(super) fn share(&self, index: usize, layer: &Prepared<'_>, rows: u64, bytes_read: Option<u64>) -> f64 {
        let part = match (layer.opened.as_ref().and_then(|opened| opened.count), bytes_read) {
            (Some(total), _) => rows as f64 / total.max(1) as f64,
            (None, Some(bytes)) => bytes as f64 / size(layer).max(1) as f64,
            (None, None) => 0.0,
        };
        let weight = self.weights.get(index).copied().unwrap_or_default();
        let all: f64 = self.weights.iter().sum();
        if all > 0.0 { ((self.finished + weight * part.min(1.0)) / all).min(1.0) } else { 0.0 }
    }
}

fn size(layer: &Prepared<'_>) -> u64 {
    std::fs::metadata(&layer.file).map_or(0, |meta| meta.len())
}

fn weight(layer: &Prepared<'_>) -> f64 {
    let rows = layer.opened.as_ref().and_then(|opened| opened.count).unwrap_or_else(|| size(layer) / BYTES_PER_ROW);
    rows.max(1) as f64
}
