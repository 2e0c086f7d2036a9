//! Sites for a prospect in the window: a pitch that is open, held against the park off the frame ([`matcher`]), ranked by weights
//! as they are moved, and laid over the park as an overlay, with the hall on the site that is spoken of ([`massing`]).

pub(crate) mod form;
mod laid_look;
mod massing;
mod matcher;
mod pitch;

use std::fs;
use std::path::{Path, PathBuf};

use analysis::siting::PitchFile;
use analysis::words::Words;
use bevy::prelude::*;
use bevy::window::RequestRedraw;
use chrono::Local;

pub use laid_look::{LaidLook, TurningLook};
pub(crate) use pitch::{MOST_COMPARED, Pitch};

use self::matcher::Of;
use crate::at_hand::FileChoice;
use crate::causes;
use crate::live::Wake;
use crate::scene::{Meshed, Twin};
use crate::text::t;

/// Name of the overlay.
pub(crate) const NAME: &str = "siting";
/// End of the name of a pitch.
const ENDING: &str = ".pitch.ron";

/// The pitch in the window, and those at hand.
#[derive(Resource, Debug, Default)]
pub(crate) struct Sites {
    /// Folders with pitches; the last is the one that new ones are written to.
    pub folders: Vec<PathBuf>,
    /// The pitch that is open.
    pub pitch: Option<Pitch>,
    /// One that is to be opened.
    pub ask: Option<PathBuf>,
    /// Why the last could not be opened.
    pub refused: Option<String>,
    /// Pitches at hand, for the park of that version.
    choices: Option<(u64, Vec<FileChoice>)>,
}

impl Sites {
    /// With pitches of these folders on offer.
    pub(crate) fn in_folders(folders: Vec<PathBuf>) -> Self {
        Self { folders, ..Self::default() }
    }

    /// Pitches at hand that are for this park or for any.
    pub(crate) fn choices(&mut self, twin: &Twin) -> Vec<FileChoice> {
        let version = twin.park_version;
        if let Some((_, known)) = self.choices.as_ref().filter(|(of, _)| *of == version) {
            return known.clone();
        }
        let found = pitches_in(&self.folders, &twin.input.snapshot.park.slug);
        self.choices = Some((version, found.clone()));
        found
    }

    /// Opens a pitch. One that cannot be read leaves the one before.
    fn open(&mut self, path: &Path, twin: &mut Twin) {
        // Whoever opens files writes them: when the list is shown next, it is of then.
        self.choices = None;
        match read(path, twin) {
            Ok(file) => {
                self.refused = None;
                if let Some(mut before) = self.pitch.replace(Pitch::new(file)) {
                    before.leave(twin);
                }
            }
            Err(why) => self.refused = Some(why),
        }
    }
}

/// State of the park and day that sites are to be of: the day looked at, else that of the data, else today.
pub(crate) fn now(twin: &Twin) -> Of {
    let day = twin.day().or(twin.input.snapshot.park.as_of);
    (twin.park_version, day.unwrap_or_else(|| Local::now().date_naive()))
}

/// Sites are those of the record: while a scenario stands beside it, both are one park, and nothing is matched.
pub(crate) fn waits_for_record(twin: &Twin) -> bool {
    twin.input.apart.is_some()
}

/// Where the map of the sites is among the overlays, if it is there to be looked at: one that was taken away may have left its place.
pub(crate) fn map_at(twin: &Twin) -> Option<usize> {
    let at = twin.input.overlays.iter().position(|overlay| overlay.name == NAME)?;
    twin.overlay_at(at).map(|_| at)
}

/// Pitches of some folders for a park, by name.
fn pitches_in(folders: &[PathBuf], park: &str) -> Vec<FileChoice> {
    let mut found: Vec<(PathBuf, FileChoice)> = Vec::new();
    for entry in folders.iter().flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten()) {
        let path = entry.path();
        let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let whole = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        if !file_name.ends_with(ENDING) || found.iter().any(|(known, _)| *known == whole) {
            continue;
        }
        let name = match fs::read_to_string(&path).ok().and_then(|text| PitchFile::parse(&text).ok()) {
            Some(file) if !file.park.is_empty() && file.park != park => continue,
            Some(file) => file.name,
            None => file_name,
        };
        found.push((whole, FileChoice { name, path }));
    }
    let mut choices: Vec<FileChoice> = found.into_iter().map(|(_, choice)| choice).collect();
    choices.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.path.cmp(&b.path)));
    choices
}

/// The pitch in a file.
fn read(path: &Path, twin: &Twin) -> Result<PitchFile, String> {
    let words = twin.words();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let why = |reason: &Words| t!(words, "site-not-read", file = name, reason = words.failure(reason));
    let text = fs::read_to_string(path).map_err(|error| why(&causes::at_the_bottom(&error)))?;
    let file = PitchFile::parse(&text).map_err(|error| why(&causes::in_words(&error)))?;
    let park = &twin.input.snapshot.park.slug;
    if !file.park.is_empty() && file.park != *park {
        return Err(t!(words, "site-other-park", wanted = file.park, park = park));
    }
    Ok(file)
}

/// The system that opens pitches, has them matched and lays their sites over the park.
pub(crate) fn plugin(app: &mut App) {
    app.init_resource::<Sites>().add_systems(Update, go_on.before(crate::scene::SceneSystems));
}

/// The system that draws what is laid on the land of a site, in windows, pictures and films.
pub(crate) fn draw_plugin(app: &mut App) {
    app.add_systems(Update, massing::draw.after(crate::scene::SceneSystems));
}

fn go_on(
    mut twin: ResMut<Twin>,
    meshed: Option<Res<Meshed>>,
    wake: Option<Res<Wake>>,
    mut sites: ResMut<Sites>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    let sites = sites.bypass_change_detection();
    let Some(meshed) = meshed else { return };
    let mut came = false;
    if let Some(path) = sites.ask.take() {
        sites.open(&path, &mut twin);
        came = true;
    }
    let wanted = (!waits_for_record(&twin)).then(|| now(&twin));
    if let Some(pitch) = &mut sites.pitch {
        came |= pitch.step(wanted, &meshed.picker, wake.as_deref());
        // Looked at first: a change has everything drawn anew.
        if pitch.has_map() {
            pitch.lay(&mut twin);
        }
    }
    let laid = sites.pitch.as_ref().filter(|_| wanted.is_some()).and_then(Pitch::laid_out);
    let look = laid.and_then(|(_, laid)| LaidLook::of(laid.fit.as_ref(), laid.turning.as_ref()));
    // Looked at first, too.
    if twin.laid_by_pitch != look {
        twin.laid_by_pitch = look;
    }
    if came {
        redraw.write(RequestRedraw);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use analysis::overlay::Overlay;
    use analysis::siting::Standing;
    use bevy::tasks::{AsyncComputeTaskPool, TaskPool};

    use super::*;
    use crate::fixture;
    use crate::pick::Picker;
    use crate::scene::SceneGeometry;
    use crate::style::Shown;

    /// Land, best by a hydrant.
    const PITCH: &str = r#"(format_version: 1, name: "A hall", needs: [
        (want: land(at_least_m2: 10000)),
        (want: near(what: hydrant, at_most_m: 20), how: wish(1)),
        (want: land(at_least_m2: 50000), how: wish(1)),
    ])"#;

    /// A park with one building, so that its other parcels are vacant.
    fn app(pitch: &str) -> App {
        AsyncComputeTaskPool::get_or_init(TaskPool::new);
        let mut input = fixture::tiny();
        let mut park = (*input.snapshot).clone();
        park.buildings.truncate(1);
        park.surfaces.clear();
        input.snapshot = Arc::new(park);
        let geometry = SceneGeometry::build(&input.snapshot, &input.overlays).unwrap();
        let picker = Picker::new(&input.snapshot, &geometry);
        let sites = Sites { pitch: Some(Pitch::new(PitchFile::parse(pitch).unwrap())), ..Sites::default() };
        let mut app = App::new();
        app.add_message::<RequestRedraw>()
            .insert_resource(sites)
            .insert_resource(Twin::new(input, Shown { overlay: Some(1), ..Shown::default() }))
            .insert_resource(Meshed { geometry: Arc::new(geometry), picker: Arc::new(picker) })
            .add_systems(Update, go_on);
        app
    }

    fn pitch(app: &App) -> &Pitch {
        app.world().resource::<Sites>().pitch.as_ref().unwrap()
    }

    fn with_pitch(app: &mut App, change: impl FnOnce(&mut Pitch)) {
        change(app.world_mut().resource_mut::<Sites>().pitch.as_mut().unwrap());
    }

    /// Runs frames until something is so.
    fn until(app: &mut App, is: impl Fn(&App) -> bool) {
        let end = Instant::now() + Duration::from_mins(1);
        while !is(app) {
            assert!(Instant::now() < end, "it never came: {:?}", pitch(app).failed());
            app.update();
            std::thread::yield_now();
        }
    }

    fn overlay(app: &App) -> Option<&str> {
        app.world().resource::<Twin>().overlay().map(|overlay| overlay.name.as_str())
    }

    #[test]
    fn sites_are_found_coloured_explained_and_made_anew_for_another_state_of_the_park() {
        let mut app = app(PITCH);
        until(&mut app, |app| overlay(app) == Some(NAME));
        let found = pitch(&app).found().unwrap();
        assert_eq!((found.sites.len(), found.fits, found.changes.len()), (7, 7, 0));
        let best = pitch(&app).places()[0].candidate;
        assert!(found.sites[best as usize].missed.is_empty());
        with_pitch(&mut app, |pitch| {
            pitch.choose(best);
            pitch.compare(best);
        });
        until(&mut app, |app| pitch(app).findings(best).is_some());
        assert_eq!(pitch(&app).findings(best).unwrap().len(), 3);
        // What is laid on its land comes with the map: without a hall or anything to be away from that is nothing.
        until(&mut app, |app| pitch(app).laid_out().is_some());
        let (_, laid) = pitch(&app).laid_out().unwrap();
        assert!(laid.fit.is_none() && laid.kept_away.is_empty());
        // Another overlay is looked at, and the park becomes another: sites are stale, then made anew without coming forward.
        app.world_mut().resource_mut::<Twin>().shown.overlay = Some(0);
        app.world_mut().resource_mut::<Twin>().park_version += 1;
        let current = |app: &App| now(app.world().resource::<Twin>());
        assert!(pitch(&app).is_stale(current(&app)));
        until(&mut app, |app| !pitch(app).is_stale(current(app)) && pitch(app).findings(best).is_some());
        assert_eq!((pitch(&app).chosen(), pitch(&app).compared()), (Some(best), [best].as_slice()));
        assert_eq!(app.world().resource::<Twin>().shown.overlay, Some(0));
        // Closed, nothing is left of it.
        app.world_mut().resource_scope(|world, mut sites: Mut<Sites>| {
            sites.pitch.take().unwrap().leave(&mut world.resource_mut::<Twin>());
        });
        let twin = app.world().resource::<Twin>();
        assert!(twin.input.overlays.iter().all(|overlay| overlay.name != NAME));
    }

    #[test]
    fn a_map_that_was_taken_away_before_others_is_none_to_look_at() {
        let mut app = app(PITCH);
        until(&mut app, |app| overlay(app) == Some(NAME));
        let later = Overlay { name: crate::recolour::NAME.into(), ..fixture::building_overlay() };
        app.world_mut().resource_mut::<Twin>().input.overlays.push(Arc::new(later));
        let twin = app.world().resource::<Twin>();
        assert_eq!(map_at(twin), twin.shown.overlay);
        app.world_mut().resource_scope(|world, mut sites: Mut<Sites>| {
            sites.pitch.take().unwrap().leave(&mut world.resource_mut::<Twin>());
        });
        let twin = app.world().resource::<Twin>();
        assert!(twin.input.overlays.iter().any(|overlay| overlay.name == NAME), "others keep their places");
        assert_eq!(map_at(twin), None);
    }

    #[test]
    fn a_weight_ranks_anew_without_a_match_and_another_day_matches_anew() {
        let mut app = app(PITCH);
        until(&mut app, |app| pitch(app).found().is_some());
        let order = |app: &App| pitch(app).places().iter().map(|place| place.candidate).collect::<Vec<_>>();
        let before = order(&app);
        with_pitch(&mut app, |pitch| pitch.weigh(1, 0.0));
        assert!(!pitch(&app).is_matching());
        // All parcels are of one size: without the hydrants they come as they are listed.
        assert_eq!(order(&app), [0, 1, 2, 3, 4, 5, 6]);
        with_pitch(&mut app, Pitch::weigh_as_written);
        assert_eq!(order(&app), before);
        assert_ne!(order(&app), [0, 1, 2, 3, 4, 5, 6], "some are nearer to a hydrant");
        let (version, day) = now(app.world().resource::<Twin>());
        assert!(pitch(&app).is_stale((version, day.succ_opt().unwrap())));
        assert!(!pitch(&app).is_stale((version, day)));
    }

    #[test]
    fn weights_that_are_moved_are_taken_by_the_match_too_and_once_at_a_time() {
        let mut app = app(PITCH);
        until(&mut app, |app| pitch(app).found().is_some());
        with_pitch(&mut app, |pitch| pitch.weigh(1, 4.0));
        assert!(pitch(&app).is_weighing());
        app.update();
        with_pitch(&mut app, |pitch| pitch.weigh(1, 5.0));
        until(&mut app, |app| !pitch(app).is_weighing());
        assert_eq!(pitch(&app).found().unwrap().untried, 0);
    }

    #[test]
    fn where_nothing_fits_the_smallest_change_is_told_and_no_must_is_hidden() {
        let mut app = app(&PITCH.replace("10000", "12000"));
        until(&mut app, |app| pitch(app).found().is_some());
        let found = pitch(&app).found().unwrap();
        assert_eq!((found.fits, found.changes.len()), (0, 1));
        assert!(found.sites.iter().all(|site| site.missed == [0]));
        assert!(pitch(&app).places().iter().all(|place| place.standing == Standing::Fails && place.missed == 1));
    }

    #[test]
    fn a_file_with_a_mistake_is_refused_with_its_line() {
        let folder = std::env::temp_dir().join(format!("twin-siting-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (good, bad) = (folder.join("good.pitch.ron"), folder.join("bad.pitch.ron"));
        fs::write(&good, PITCH).unwrap();
        fs::write(&bad, PITCH.replace("10000", "-1")).unwrap();
        fs::write(folder.join("other.pitch.ron"), PITCH.replace("needs", r#"park: "elsewhere", needs"#)).unwrap();
        let mut twin = Twin::new(fixture::tiny(), Shown::default());
        let mut sites = Sites { folders: vec![folder.clone(), folder.clone()], ..Sites::default() };
        let names: Vec<String> = sites.choices(&twin).into_iter().map(|choice| choice.name).collect();
        assert_eq!(names, ["A hall", "bad.pitch.ron"], "that of another park is not offered");
        sites.open(&good, &mut twin);
        sites.open(&bad, &mut twin);
        assert!(sites.refused.as_ref().unwrap().contains("line 2: need 1"), "{:?}", sites.refused);
        twin.language = crate::text::Language::Chinese;
        sites.open(&bad, &mut twin);
        assert!(sites.refused.as_ref().unwrap().contains("第 2 行：第 1 项需求"), "{:?}", sites.refused);
        sites.open(&folder.join("gone.pitch.ron"), &mut twin);
        assert!(sites.refused.as_ref().unwrap().contains("找不到该文件或文件夹"), "{:?}", sites.refused);
        twin.language = crate::text::Language::English;
        assert!(sites.pitch.is_some(), "the one before stays");
        fs::write(&bad, PITCH.replace("A hall", "B hall")).unwrap();
        sites.open(&bad, &mut twin);
        assert_eq!(sites.refused, None);
        let names: Vec<String> = sites.choices(&twin).into_iter().map(|choice| choice.name).collect();
        assert_eq!(names, ["A hall", "B hall"], "what was mended is listed by its name");
        sites.open(&folder.join("other.pitch.ron"), &mut twin);
        assert!(sites.refused.as_ref().unwrap().contains("elsewhere"));
        fs::remove_dir_all(&folder).unwrap();
    }
}
