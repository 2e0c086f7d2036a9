//! The window of the built command driven by mouse and keys as a person drives it, on a screen that nobody sees. What came of it is read
//! in the files that it writes and in its log (`now <what>: <how it is>`), and waited for: no pause decides anything.

mod support;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use chrono::{Datelike, NaiveDate};
use geo::{Centroid, Contains, InteriorPoint, Intersects, LineString, Point, Polygon};
use image::{Rgb, RgbImage};
use spatial_db::model::{FeatureKind, ParkSnapshot};
use support::Place;
use support::screen::{PATIENCE, Screen, Window, runtime, window_of};
use twin_engine::theme::FOV_DEG;
use twin_engine::{CameraChoice, FeatureKey, SceneFile, Stop, Tour};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConfigureWindowAux, ConnectionExt as _, ImageFormat, InputFocus,
    KEY_PRESS_EVENT, KEY_RELEASE_EVENT, MOTION_NOTIFY_EVENT,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

/// Time after which what was done by hand is done again, should the window have been too busy to see each step of it.
const AGAIN: Duration = Duration::from_secs(15);
/// A pause between two looks at what takes a while.
const STEP: Duration = Duration::from_millis(120);
/// Keys that are no characters, as X11 numbers them.
const RETURN: u32 = 0xff0d;
const ESCAPE: u32 = 0xff1b;
const HOME: u32 = 0xff50;
const CONTROL: u32 = 0xffe3;
const DELETE: u32 = 0xffff;
/// Distance of the camera of [`above`], m.
const DISTANCE_M: f32 = 260.0;

/// Mouse and keyboard over a window that has the focus.
struct Hands {
    connection: RustConnection,
    root: u32,
    window: u32,
    /// Keys by what they write without Shift.
    keys: HashMap<u32, u8>,
}

impl Hands {
    fn on(screen: &Screen, pid: u32) -> Self {
        let (connection, number) = x11rb::connect(Some(&screen.name)).expect("the screen");
        let root = connection.setup().roots[number].root;
        let window = window_of(&connection, root, pid).expect("a window of the process");
        let corner = ConfigureWindowAux::new().x(0).y(0);
        connection.configure_window(window, &corner).unwrap().check().unwrap();
        // Nobody manages windows here: the keyboard goes where it is told to go.
        connection.set_input_focus(InputFocus::POINTER_ROOT, window, x11rb::CURRENT_TIME).unwrap().check().unwrap();
        let (least, most) = (connection.setup().min_keycode, connection.setup().max_keycode);
        let mapping = connection.get_keyboard_mapping(least, most - least + 1).unwrap().reply().unwrap();
        let written = mapping.keysyms.chunks(usize::from(mapping.keysyms_per_keycode));
        let mut keys = HashMap::new();
        for (code, written) in (least..=most).zip(written) {
            keys.entry(written[0]).or_insert(code);
        }
        Self { connection, root, window, keys }
    }

    fn fake(&self, kind: u8, detail: u8, [x, y]: [i16; 2]) {
        self.connection
            .xtest_fake_input(kind, detail, x11rb::CURRENT_TIME, self.root, x, y, 0)
            .unwrap()
            .check()
            .expect("the screen takes the event");
    }

    fn key(&self, key: u32) {
        let code = *self.keys.get(&key).unwrap_or_else(|| panic!("the keyboard has no key {key:#x}"));
        self.fake(KEY_PRESS_EVENT, code, [0, 0]);
        self.fake(KEY_RELEASE_EVENT, code, [0, 0]);
    }

    fn letter(&self, letter: char) {
        self.key(letter.into());
    }

    fn with_ctrl(&self, letter: char) {
        let code = self.keys[&CONTROL];
        self.fake(KEY_PRESS_EVENT, code, [0, 0]);
        self.letter(letter);
        self.fake(KEY_RELEASE_EVENT, code, [0, 0]);
    }

    /// Moves the mouse to a pixel of the window.
    fn point(&self, [x, y]: [f64; 2]) {
        self.fake(MOTION_NOTIFY_EVENT, 0, [x.round() as i16, y.round() as i16]);
    }

    fn click(&self, at: [f64; 2]) {
        self.point(at);
        self.fake(BUTTON_PRESS_EVENT, 1, [0, 0]);
        self.fake(BUTTON_RELEASE_EVENT, 1, [0, 0]);
    }

    /// All of it at once: a drag begins and ends where the button did, however many of its steps a frame has.
    fn drag(&self, from: [f64; 2], to: [f64; 2]) {
        self.point(from);
        self.fake(BUTTON_PRESS_EVENT, 1, [0, 0]);
        for step in 1..=6 {
            let share = f64::from(step) / 6.0;
            self.point([0, 1].map(|axis| from[axis] + (to[axis] - from[axis]) * share));
        }
        self.fake(BUTTON_RELEASE_EVENT, 1, [0, 0]);
    }

    /// Width and height of the window, px.
    fn size(&self) -> [u16; 2] {
        let geometry = self.connection.get_geometry(self.window).unwrap().reply().unwrap();
        [geometry.width, geometry.height]
    }

    /// What stands on the screen where the window is.
    fn picture(&self) -> RgbImage {
        let [width, height] = self.size();
        let of = self.connection.get_image(ImageFormat::Z_PIXMAP, self.root, 0, 0, width, height, u32::MAX).unwrap();
        let data = of.reply().expect("a picture of the screen").data;
        RgbImage::from_fn(width.into(), height.into(), |x, y| {
            let at = 4 * (y as usize * usize::from(width) + x as usize);
            Rgb([data[at + 2], data[at + 1], data[at]])
        })
    }
}

/// A window in hand, with how it is as far as it told.
struct Driven {
    window: Window,
    hands: Hands,
    now: BTreeMap<String, String>,
}

impl Driven {
    /// Opens the sample park and waits until it can be worked with.
    fn open(place: &Place, screen: &Screen, arguments: &[&str], scale: Option<u32>) -> Self {
        let mut command = place.command(&["-v", "view", "qingxi", "--lang", "en"]);
        command.args(arguments);
        if let Some(scale) = scale {
            command.env("WINIT_X11_SCALE_FACTOR", scale.to_string());
        }
        let mut window = Window::open(screen, command, &runtime(place));
        window.says("picture complete");
        let hands = Hands::on(screen, window.process.id());
        let so_far = window.heard().to_vec();
        let mut driven = Self { window, hands, now: BTreeMap::new() };
        for line in so_far {
            driven.note(&line);
        }
        driven.told("the search can be asked");
        driven
    }

    /// Takes note of what a line tells.
    fn note(&mut self, line: &str) {
        if let Some((_, told)) = line.split_once(" now ")
            && let Some((what, how)) = told.trim_end().split_once(": ")
        {
            self.now.insert(what.to_owned(), how.to_owned());
        }
    }

    /// Hears one line more; false where there is none until then.
    fn listen(&mut self, until: Instant) -> bool {
        let Some((_, line)) = self.window.hears(until) else { return false };
        self.note(&line);
        true
    }

    /// Waits until something was said, be it long ago.
    fn told(&mut self, words: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.window.heard().iter().any(|line| line.contains(words)) {
            assert!(self.listen(until), "it never says {words:?}, only: {}", self.window.everything());
        }
    }

    /// How something is, as soon as that fits; `None` where it does not within a time.
    fn within(&mut self, patience: Duration, what: &str, fits: impl Fn(&str) -> bool) -> Option<String> {
        let until = Instant::now() + patience;
        loop {
            if let Some(how) = self.now.get(what).filter(|how| fits(how)) {
                return Some(how.clone());
            }
            if !self.listen(until) {
                return None;
            }
        }
    }

    /// How something is, as soon as that fits.
    fn until(&mut self, what: &str, fits: impl Fn(&str) -> bool) -> String {
        let how = self.within(PATIENCE, what, fits);
        how.unwrap_or_else(|| panic!("{what} stays {:?}: {}", self.now.get(what), self.window.everything()))
    }

    fn day(&mut self, other_than: Option<NaiveDate>) -> NaiveDate {
        let day = |how: &str| how.parse::<NaiveDate>().expect("a day");
        day(&self.until("day", |how| Some(day(how)) != other_than))
    }

    /// Place and size of the scene in the window, px.
    fn area(&mut self, fits: impl Fn([f64; 4]) -> bool) -> [f64; 4] {
        let read = |how: &str| {
            let numbers: Vec<f64> = how.split_whitespace().filter_map(|word| word.parse().ok()).collect();
            [0, 1, 2, 3].map(|at| numbers[at])
        };
        let how = self.until("scene", |how| fits(read(how)));
        read(&how)
    }

    /// Keeps what is shown; all that is kept, as the file says it.
    fn keep(&mut self, place: &Place, number: usize) -> Vec<SceneFile> {
        self.hands.with_ctrl('b');
        self.told(&format!("view {number} is kept"));
        let text = std::fs::read_to_string(bookmarks(place)).expect("the window keeps its views");
        let tour = Tour::parse(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
        assert_eq!(tour.stops.len(), number, "{text}");
        tour.stops.into_iter().map(|stop| stop.scene).collect()
    }

    /// Keeps what is shown again and again until that fits: a flight takes a while. The view, and how many are kept by then.
    fn keep_until(&mut self, place: &Place, kept: usize, fits: impl Fn(&SceneFile) -> bool) -> (SceneFile, usize) {
        let (began, mut number) = (Instant::now(), kept);
        loop {
            number += 1;
            let now = self.keep(place, number).pop().expect("the view just kept");
            if fits(&now) {
                return (now, number);
            }
            assert!(began.elapsed() < PATIENCE, "it never comes to what is awaited, at last {now:?}");
            std::thread::sleep(STEP);
        }
    }

    fn closes(mut self, screen: &Screen) {
        let (status, _) = self.window.close(screen);
        let said = self.window.everything();
        assert!(status.success() && !said.contains("panicked"), "{status}: {said}");
    }
}

fn data(place: &Place) -> PathBuf {
    place.folder.path().join("data")
}

fn bookmarks(place: &Place) -> PathBuf {
    data(place).join("bookmarks").join("qingxi.tour.ron")
}

/// A window of that size (logical px) that was open before: no hints for a first time.
fn remembers(place: &Place, width: u32, height: u32) {
    std::fs::create_dir_all(data(place)).unwrap();
    let state = format!("(format_version: 1, width: {width}, height: {height}, hinted: true)");
    std::fs::write(data(place).join("state.ron"), state).unwrap();
}

/// A parcel with a place in it that nothing stands on, nor near: whoever clicks there means the parcel.
fn open_land(park: &ParkSnapshot) -> (String, [f64; 2]) {
    const AROUND_M: f64 = 22.0;
    let alone = |place: Point<f64>, key: &str| {
        let ring = (0..16).map(|at| f64::from(at) * std::f64::consts::TAU / 16.0);
        let corners = ring.map(|turn| (place.x() + turn.cos() * AROUND_M, place.y() + turn.sin() * AROUND_M));
        let around = Polygon::new(LineString::from(corners.collect::<Vec<_>>()), Vec::new());
        let rim: Vec<Point<f64>> = around.exterior().points().collect();
        park.parcels
            .iter()
            .filter(|parcel| parcel.boundary.intersects(&around))
            .all(|parcel| parcel.provenance.key == key && rim.iter().all(|corner| parcel.boundary.contains(corner)))
            && !park.buildings.iter().any(|building| building.footprint.intersects(&around))
            && !park.hazards.iter().any(|hazard| hazard.shape.intersects(&around))
    };
    // On the day of the data: what is no longer there cannot be clicked.
    let mut there = park.parcels.iter().filter(|parcel| {
        parcel.valid_to.is_none() && parcel.valid_from.is_none_or(|from| Some(from) <= park.park.as_of)
    });
    let found = there.find_map(|parcel| {
        let key = &parcel.provenance.key;
        let places = [parcel.boundary.centroid(), parcel.boundary.interior_point()];
        let place = places.into_iter().flatten().find(|place| parcel.boundary.contains(place) && alone(*place, key))?;
        Some((key.clone(), [place.x(), place.y()]))
    });
    found.expect("a parcel that is open around one of its places")
}

/// A scene file that looks at a place almost straight from above, north up.
fn above(place: &Place, [x_m, y_m]: [f64; 2]) -> &'static str {
    let camera = CameraChoice::At { x_m, y_m, distance_m: DISTANCE_M, bearing_deg: 180.0, pitch_deg: 85.0 };
    let scene = SceneFile { overlay: Some("utilisation".into()), camera, ..SceneFile::default() };
    std::fs::write(place.folder.path().join("above.scene.ron"), scene.to_text()).unwrap();
    "above.scene.ron"
}

fn park(place: &Place) -> ParkSnapshot {
    place.database.store().expect("the store").snapshot("qingxi").expect("the sample park")
}

#[test]
fn a_person_selects_goes_back_in_time_cuts_searches_and_comes_back_to_what_was_kept() {
    let (place, screen) = (Place::imported(), Screen::of(1300, 820));
    let park = park(&place);
    let (key, at) = open_land(&park);
    let parcel = format!("Parcel {key}");
    remembers(&place, 1280, 800);
    let mut window = Driven::open(&place, &screen, &["--scene", above(&place, at)], None);

    // Click.
    let [left, top, width, height] = window.area(|_| true);
    let middle = [left + width / 2.0, top + height / 2.0];
    assert_eq!(window.until("selection", |_| true), "nothing");
    window.hands.click(middle);
    window.until("selection", |how| how == parcel);

    // Back in time: each step is the end of an earlier month.
    let record = window.day(None);
    assert_eq!(Some(record), park.park.as_of);
    let mut day = record;
    for _ in 0..3 {
        window.hands.letter('[');
        let earlier = window.day(Some(day));
        assert!(earlier < day && earlier.succ_opt().is_some_and(|next| next.day() == 1), "{earlier} after {day}");
        day = earlier;
    }

    // Another overlay.
    assert_eq!(window.until("overlay", |_| true), "utilisation");
    window.hands.letter('2');
    window.until("overlay", |how| how == "idle");

    // A section, dragged through the place from west to east.
    let reach_px = 120.0;
    let mut cut = None;
    for _ in 0..5 {
        window.hands.letter('x');
        window.until("tool", |how| how == "Section");
        window.hands.drag([middle[0] - reach_px, middle[1]], [middle[0] + reach_px, middle[1]]);
        cut = window.within(AGAIN, "cut", |how| how.starts_with("section"));
        if cut.is_some() {
            break;
        }
        // It came as a click: the tool is put away, and taken anew.
        window.hands.key(ESCAPE);
        window.until("tool", |how| how == "Look");
    }
    let cut = cut.unwrap_or_else(|| panic!("no drag places a section: {}", window.window.everything()));

    // Kept: the file has all of it.
    let kept = window.keep(&place, 1).remove(0);
    assert_eq!(kept.selection, [FeatureKey { kind: FeatureKind::Parcel, key: key.clone() }]);
    assert_eq!((kept.as_of, kept.overlay.as_deref()), (Some(day), Some("idle")));
    let section = kept.cut.as_ref().and_then(|cut| cut.section).expect("a section");
    let [from, to] = [section.from, section.to];
    let half_angle = f64::from(FOV_DEG / 2.0).to_radians();
    let length_m = 2.0 * reach_px * 2.0 * half_angle.tan() * f64::from(DISTANCE_M) / height;
    let found_m = (from[0] - to[0]).abs();
    assert!((found_m - length_m).abs() < length_m * 0.1, "{found_m} m of {length_m} m");
    assert!((f64::midpoint(from[0], to[0]) - at[0]).abs() < 8.0, "{section:?} through {at:?}");
    assert!([from, to].iter().all(|end| (end[1] - at[1]).abs() < 8.0), "{section:?} through {at:?}");
    let CameraChoice::At { bearing_deg, .. } = kept.camera else { panic!("{:?}", kept.camera) };
    assert!((bearing_deg - 180.0).abs() < 0.1, "no hand has turned the view: {bearing_deg}");

    // Everything is another way, and comes back.
    window.hands.key(ESCAPE);
    window.until("selection", |how| how == "nothing");
    window.hands.key(DELETE);
    window.until("cut", |how| how == "nothing");
    window.hands.letter('1');
    window.until("overlay", |how| how == "utilisation");
    window.hands.letter(']');
    let later = window.day(Some(day));
    assert!(later > day, "{later}");
    window.hands.key(HOME);
    let (_, number) = window.keep_until(&place, 1, |now| !near(now.camera, kept.camera));
    window.hands.with_ctrl('1');
    window.told("view \"View 1\" is shown");
    window.until("selection", |how| how == parcel);
    window.until("overlay", |how| how == "idle");
    window.until("cut", |how| how == cut);
    assert_eq!(window.day(Some(later)), day);
    let (again, number) = window.keep_until(&place, number, |now| near(now.camera, kept.camera));
    assert_eq!(SceneFile { camera: kept.camera, ..again }, kept);

    // By pinyin: 清溪大道, qīng xī dà dào.
    window.hands.with_ctrl('f');
    window.told("the search has the keyboard");
    for letter in "qxdd".chars() {
        window.hands.letter(letter);
    }
    window.hands.key(RETURN);
    let road = window.until("selection", |how| how.starts_with("RoadEdge "));
    let found = park.roads.iter().find(|of| road == format!("RoadEdge {}", of.provenance.key)).expect("a road");
    assert_eq!(found.name.as_deref(), Some("清溪大道"));
    let last = window.keep(&place, number + 1).pop().expect("the view just kept");
    assert_eq!(last.selection, [FeatureKey { kind: FeatureKind::RoadEdge, key: found.provenance.key.clone() }]);
    // Taken back.
    window.hands.with_ctrl('z');
    window.until("selection", |how| how == parcel);
    window.closes(&screen);
}

/// The same view, but for what rounding leaves.
fn near(a: CameraChoice, b: CameraChoice) -> bool {
    let numbers = |camera: CameraChoice| match camera {
        CameraChoice::At { x_m, y_m, distance_m, bearing_deg, pitch_deg } => {
            Some([x_m, y_m, distance_m.into(), bearing_deg.into(), pitch_deg.into()])
        }
        _ => None,
    };
    let pairs = numbers(a).zip(numbers(b));
    pairs.is_some_and(|(a, b): ([f64; 5], [f64; 5])| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 0.6))
}

#[test]
fn kept_views_are_filmed_by_a_key() {
    let (place, screen) = (Place::imported(), Screen::of(1100, 760));
    remembers(&place, 1000, 640);
    let overview = SceneFile { overlay: Some("idle".into()), ..SceneFile::default() };
    // Ten pictures: a film need not be long to be one.
    let stop = Stop { hold_secs: 0.4, ..Stop::of("all of it".into(), overview) };
    std::fs::create_dir_all(bookmarks(&place).parent().unwrap()).unwrap();
    std::fs::write(bookmarks(&place), Tour { stops: vec![stop], ..Tour::default() }.to_text()).unwrap();
    let mut window = Driven::open(&place, &screen, &[], None);
    window.hands.with_ctrl('m');
    window.told("is filmed: 10 pictures");
    let path = data(&place).join("exports").join("qingxi-tour.mp4");
    let size = std::fs::metadata(&path).expect("the film").len();
    let film = mp4::Mp4Reader::read_header(std::fs::File::open(&path).unwrap(), size).expect("an MP4 file");
    let track = &film.tracks()[&1];
    assert_eq!((track.width(), track.height(), track.sample_count()), (1280, 720, 10));
    window.closes(&screen);
}

#[test]
fn at_twice_the_scale_panels_take_twice_the_pixels_and_clicks_still_hit() {
    let (place, screen) = (Place::imported(), Screen::of(2040, 1320));
    let (key, at) = open_land(&park(&place));
    let parcel = format!("Parcel {key}");
    let scene = above(&place, at);
    // At scale 1: the scene, and the scene beside the inspector.
    let mut plain: Option<([f64; 4], [f64; 4])> = None;
    for scale in [1, 2] {
        remembers(&place, 1000, 640);
        let factor = f64::from(scale);
        let mut window = Driven::open(&place, &screen, &["--scene", scene], Some(scale));
        assert_eq!(window.hands.size().map(u32::from), [1000 * scale, 640 * scale]);
        let told = window.until("scene", |_| true);
        assert!(told.ends_with(&format!("at scale {scale}")), "{told}");
        let area = window.area(|_| true);
        // Where the middle of the scene is, in points of the screen at scale 1.
        let [left, top, width, height] = plain.map_or(area, |(area, _)| area);
        let middle = [left + width / 2.0, top + height / 2.0].map(|of| of * factor);
        window.hands.click(middle);
        window.until("selection", |how| how == parcel);
        let beside = window.area(|[.., width, _]| width < area[2] - 100.0 * factor);
        match plain {
            None => plain = Some((area, beside)),
            Some(plain) => {
                for (small, large) in [(plain.0, area), (plain.1, beside)] {
                    let fits = small.iter().zip(large).all(|(small, large)| (small * factor - large).abs() <= 4.0);
                    assert!(fits, "{large:?} at scale {scale}, {small:?} at scale 1");
                }
            }
        }

        // The bar is all there: its first button closes the side panel, its last opens the help.
        let bar = area[1] / 2.0;
        window.hands.click([24.0 * factor, bar]);
        window.area(|[left, ..]| left < 2.0);
        let before = middle_of(&window.hands.picture());
        let all = (before.width() * before.height()) as usize;
        let [whole, _] = window.hands.size().map(f64::from);
        window.hands.click([whole - 26.0 * factor, bar]);
        let began = Instant::now();
        loop {
            let now = middle_of(&window.hands.picture());
            let other = before.pixels().zip(now.pixels()).filter(|(a, b)| a != b).count();
            if other * 3 > all {
                break;
            }
            assert!(began.elapsed() < PATIENCE, "the help does not open: {other} pixels differ");
            std::thread::sleep(STEP);
        }
        window.closes(&screen);
    }
}

/// The middle of a picture, a fourth of its width and of its height.
fn middle_of(picture: &RgbImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    image::imageops::crop_imm(picture, width * 3 / 8, height * 3 / 8, width / 4, height / 4).to_image()
}
