//! Files that the panels write in the background: how far they are, and how it ended.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use analysis::words::Words;
use bevy::prelude::*;
use bevy::tasks::{IoTaskPool, Task, futures::check_ready};
use bevy::window::RequestRedraw;
use bevy_egui::egui::{self, Button, Label};
use spatial_db::model::FeatureId;

use super::{Panels, look};
use crate::causes;
use crate::glb::{GltfExport, GltfOptions};
use crate::inspect::grouped;
use crate::planner::Follow;
use crate::scene::Twin;
use crate::text::{Text, t};

/// The panel that asked for a file, and tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Table,
    Inspector,
    Planner,
    Dossier,
    Network,
}

/// What counts and stops a file on its way.
#[derive(Debug, Clone)]
pub(super) struct Way {
    pub(super) path: PathBuf,
    pub(super) done: Arc<AtomicUsize>,
    pub(super) all: usize,
    /// Set by whoever wants it stopped; `None` for what cannot be.
    pub(super) cancel: Option<Arc<AtomicBool>>,
}

impl Way {
    /// One that is counted and stopped row by row, and what does so.
    pub(super) fn followed(path: PathBuf, rows: usize) -> (Self, Follow) {
        let follow = Follow::default();
        let (done, stop) = (Arc::clone(&follow.done), Arc::clone(&follow.stop));
        (Self { path, done, all: rows, cancel: Some(stop) }, follow)
    }
}

/// A file on its way.
#[derive(Debug)]
pub(super) struct Writing {
    by: By,
    way: Way,
    task: Task<Result<(), Words>>,
}

/// How the last file ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    by: By,
    words: String,
    /// The English of a reason, on hover.
    detail: Option<String>,
}

/// Has `write` run in the background.
pub(super) fn begin<E: Error + 'static>(
    panels: &mut Panels,
    by: By,
    way: Way,
    write: impl FnOnce() -> Result<(), E> + Send + 'static,
) {
    let task = IoTaskPool::get().spawn(async move { write().map_err(|error| causes::at_the_bottom(&error)) });
    panels.ui.told = None;
    panels.ui.writing = Some(Writing { by, way, task });
}

/// Writes features as glTF beside the window's state, coloured as they are shown.
pub(super) fn gltf(panels: &mut Panels, by: By, ids: Vec<FeatureId>) {
    let (Some(folder), Some(meshed)) = (panels.ui.exports.clone(), panels.meshed.as_ref()) else { return };
    let (known, twin) = (Arc::clone(&meshed.geometry), &panels.twin);
    let options = GltfOptions { theme: twin.theme, language: twin.language };
    let side = twin.active_side();
    // What the other side alone has is not of this picture.
    let row = |id: FeatureId| known.slots.row(id).unwrap_or(usize::MAX);
    let ids = if twin.right.is_some() {
        ids.into_iter().filter(|id| twin.is_there_on(side, *id, row(*id))).collect()
    } else {
        ids
    };
    let export =
        GltfExport::of(twin.input.snapshot.clone(), twin.active_overlay(), ids, options, Some(Arc::clone(&known)))
            .of_side(twin.side_words(side));
    let path = export.path_in(&folder);
    let way = Way { path: path.clone(), done: export.done(), all: export.len(), cancel: Some(export.cancel()) };
    begin(panels, by, way, move || export.write(&path).map(|_| ()));
}

/// How a file ended that was written within a frame.
pub(super) fn ended(words: &Text, path: &Path, written: std::io::Result<()>) -> String {
    match written.map_err(|error| causes::at_the_bottom(&error)) {
        Ok(()) => t!(words, "table-exported", path = path.display()),
        Err(why) => t!(words, "table-not-exported", path = path.display(), reason = words.failure(&why)),
    }
}

/// True where a panel has something to tell of its files.
pub(super) fn tells(panels: &Panels, by: By) -> bool {
    panels.ui.writing.as_ref().is_some_and(|writing| writing.by == by)
        || panels.ui.told.as_ref().is_some_and(|told| told.by == by)
}

/// A line about a panel's file: how far it is, with a way out, or how it ended.
pub(super) fn line(ui: &mut egui::Ui, panels: &Panels, words: &Text, by: By) {
    if let Some(Writing { way, .. }) = panels.ui.writing.as_ref().filter(|writing| writing.by == by) {
        let done = grouped(way.done.load(Ordering::Relaxed) as f64, 0);
        let all = grouped(way.all as f64, 0);
        ui.horizontal(|ui| {
            if let Some(cancel) = &way.cancel
                && ui.add(Button::new(look::AWAY).frame(false)).on_hover_text(t!(words, "writing-stop")).clicked()
            {
                cancel.store(true, Ordering::Relaxed);
            }
            // A page has no rows to count.
            let said = if by == By::Dossier {
                t!(words, "planner-dossier-making", path = way.path.display())
            } else {
                t!(words, "table-writing", done = done, all = all, path = way.path.display())
            };
            ui.add(Label::new(look::note(said)).wrap());
        });
    } else if let Some(told) = panels.ui.told.as_ref().filter(|told| told.by == by) {
        // A long path must not widen the panel.
        let label = ui.add(Label::new(look::note(told.words.clone())).wrap());
        if let Some(detail) = &told.detail {
            label.on_hover_text(detail);
        }
    }
}

/// Tells how the writing ended, once it has.
pub(super) fn take_written(mut ui: ResMut<super::Ui>, twin: Res<Twin>, mut redraw: MessageWriter<RequestRedraw>) {
    if ui.writing.is_none() {
        return;
    }
    // The count goes on, and the end is told, without anybody moving the mouse.
    redraw.write(RequestRedraw);
    let Some(written) = ui.writing.as_mut().and_then(|writing| check_ready(&mut writing.task)) else { return };
    let Some(Writing { by, way, .. }) = ui.writing.take() else { return };
    let words = twin.words();
    let stopped = way.cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed));
    let path = way.path.display();
    let (said, detail) = match &written {
        Ok(()) => (t!(words, "table-exported", path = path), None),
        Err(_) if stopped => (t!(words, "writing-stopped"), None),
        Err(reason) => {
            let said = t!(words, "table-not-exported", path = path, reason = words.failure(reason));
            (said, words.failure_detail(reason))
        }
    };
    if written.is_ok() {
        tracing::info!("{path} is written");
    }
    ui.told = Some(Told { by, words: said, detail });
}
