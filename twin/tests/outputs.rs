//! What leaves the program for others: `twin gltf` and `twin film`, read back by readers that share nothing with the writers.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::support::Place;

/// The description of a file that the `gltf` crate accepts, with every node's kind.
fn read(path: &Path) -> (Value, Vec<String>) {
    let (document, buffers, _) = gltf::import(path).expect("a valid file");
    let extras = |extras: &gltf::json::Extras| -> Value {
        extras.as_ref().map_or(Value::Null, |raw| serde_json::from_str(raw.get()).expect("JSON"))
    };
    let (mut kinds, mut places) = (Vec::new(), 0);
    for node in document.nodes().filter(|node| node.mesh().is_some()) {
        kinds.push(extras(node.extras())["kind"].as_str().expect("a kind").to_owned());
        for primitive in node.mesh().expect("a mesh").primitives() {
            let positions = primitive.reader(|buffer| Some(&buffers[buffer.index()])).read_positions();
            let [low, high] = [primitive.bounding_box().min, primitive.bounding_box().max];
            for at in positions.expect("positions") {
                assert!((0..3).all(|k| (low[k]..=high[k]).contains(&at[k])), "{at:?} is outside of what the file says");
                places += 1;
            }
        }
    }
    assert!(places >= kinds.len() && places > 0, "{places} places of {} nodes", kinds.len());
    (extras(&document.as_json().asset.extras), kinds)
}

fn count(kinds: &[String], kind: &str) -> usize {
    kinds.iter().filter(|of| *of == kind).count()
}

#[test]
fn a_park_and_a_part_of_it_become_gltf() {
    let place = Place::imported();
    let folder = place.folder.path();
    let parks = place.json(&["parks", "--json"]);
    let held = |kind: &str| parks["parks"][0]["counts"][kind].as_u64().unwrap() as usize;
    let report = place.json(&["gltf", "qingxi", "--out", "all.glb", "--overlay", "idle", "--json"]);
    let (asset, kinds) = read(&folder.join("all.glb"));
    for kind in ["building", "parcel", "network_edge"] {
        // What has no extent at all cannot be drawn; the sample has hardly any.
        let (there, of) = (count(&kinds, kind), held(kind));
        assert!(there <= of && there + 3 >= of, "{kind}: {there} of {of}");
    }
    assert_eq!((count(&kinds, "ground"), count(&kinds, "network_node")), (1, 0));
    assert_eq!(report["features"].as_u64().unwrap() as usize, kinds.len() - 1);
    assert_eq!(report["bytes"].as_u64().unwrap(), std::fs::metadata(folder.join("all.glb")).unwrap().len());
    assert_eq!(
        (&asset["crs"]["epsg"], &asset["synthetic"], &asset["park"]),
        (&4549.into(), &true.into(), &"qingxi".into())
    );
    assert_eq!(asset["overlay"]["name"], "idle");

    // One parcel with what stands on it, by its number, from a package without a database too.
    let number = {
        let mut store = place.database.store().unwrap();
        let snapshot = store.snapshot("qingxi").unwrap();
        let on = snapshot.parcels.iter().find(|parcel| {
            use geo::{Contains, InteriorPoint};
            snapshot
                .buildings
                .iter()
                .any(|b| b.footprint.interior_point().is_some_and(|p| parcel.boundary.contains(&p)))
        });
        on.and_then(|parcel| parcel.number.clone()).expect("a parcel with a building")
    };
    place.json(&["pack", "qingxi", "--out", "qingxi.gpkg", "--json"]);
    place.json(&["gltf", "qingxi", "--parcels", &number, "--out", "one.glb", "--json"]);
    place.json(&["gltf", "qingxi.gpkg", "--parcels", &number, "--out", "packed.glb", "--json"]);
    let (_, kinds) = read(&folder.join("one.glb"));
    assert_eq!(count(&kinds, "parcel"), 1);
    assert!(count(&kinds, "building") >= 1, "{kinds:?}");
    let [a, b] = ["one.glb", "packed.glb"].map(|name| std::fs::read(folder.join(name)).unwrap());
    assert!(a == b, "the package gives the same file");

    let said = place.twin(&["gltf", "qingxi", "--layer", "pipes", "--layer", "fittings", "--out", "pipes.glb"]);
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("pipes.glb") && said.contains("EPSG:4549") && said.contains("SYNTHETIC"), "{said}");
    let (_, kinds) = read(&folder.join("pipes.glb"));
    assert_eq!(count(&kinds, "building") + count(&kinds, "parcel"), 0);
    assert!(count(&kinds, "network_edge") > 100 && count(&kinds, "network_node") > 50);

    let (code, complaint) = place.fails(&["gltf", "qingxi", "--parcels", "nowhere-1", "--out", "x.glb"]);
    assert!(code == 1 && complaint.contains("nowhere-1"), "{complaint}");
    let (code, complaint) = place.fails(&["gltf", "qingxi", "--box", "0,0,1,1", "--out", "x.glb"]);
    assert!(code == 1 && complaint.contains("nothing of what was chosen"), "{complaint}");
    assert_eq!(place.fails(&["gltf", "qingxi", "--box", "1,1,0,0", "--out", "x.glb"]).0, 2);
    assert_eq!(place.fails(&["gltf", "qingxi", "--out", "x.gltf"]).0, 2);
    assert!(!folder.join("x.glb").exists());
}

/// Two stops and a flight of six pictures in all.
const TOUR: &str = r#"(format_version: 1, stops: [
    (name: "all", scene: (format_version: 1, overlay: "idle"), hold_secs: 0.4, caption: (en: "All of it", zh: "全景")),
    (name: "south", scene: (format_version: 1, overlay: "emergency", camera: from(bearing_deg: 180.0, pitch_deg: 40.0)),
        hold_secs: 0.4, travel_secs: 0.4),
])"#;

#[test]
fn a_tour_becomes_a_film_that_plays() {
    let place = Place::imported();
    let folder = place.folder.path();
    std::fs::write(folder.join("a.tour.ron"), TOUR).unwrap();
    let film = ["film", "qingxi", "--tour", "a.tour.ron", "--out", "a.mp4", "--size", "160x96", "--fps", "5", "--json"];
    let report = place.json(&film);
    assert_eq!((&report["frames"], &report["stops"]), (&6.into(), &2.into()), "{report}");
    let path = folder.join("a.mp4");
    let size = std::fs::metadata(&path).unwrap().len();
    let mut film = mp4::Mp4Reader::read_header(std::fs::File::open(&path).unwrap(), size).expect("an MP4 file");
    let track = &film.tracks()[&1];
    assert_eq!((track.width(), track.height(), track.sample_count()), (160, 96, 6));
    assert_eq!(track.media_type().unwrap(), mp4::MediaType::H264);
    assert!((track.frame_rate() - 5.0).abs() < 0.01 && (track.duration().as_secs_f64() - 1.2).abs() < 0.01);
    let samples: Vec<mp4::Mp4Sample> = (1..=6).map(|id| film.read_sample(1, id).unwrap().expect("a picture")).collect();
    assert!(samples[0].is_sync, "it can be played from its beginning");
    // A picture with something on it, and others after it: a film of nothing would be a few bytes.
    assert!(samples[0].bytes.len() > 1000, "{}", samples[0].bytes.len());
    assert!(samples[3].bytes.len() > 200, "the second scene differs: {}", samples[3].bytes.len());

    // What the window keeps is filmed where no tour is named; without any, that is said.
    let (code, complaint) = place.fails(&["film", "qingxi", "--out", "b.mp4"]);
    assert!(code == 2 && complaint.contains("Ctrl+B"), "{complaint}");
    let kept = folder.join("data/bookmarks");
    std::fs::create_dir_all(&kept).unwrap();
    std::fs::copy(folder.join("a.tour.ron"), kept.join("qingxi.tour.ron")).unwrap();
    let report = place.json(&["film", "qingxi", "--out", "b.mp4", "--size", "160x96", "--fps", "5", "--json"]);
    assert_eq!(report["frames"], 6);
    std::fs::write(folder.join("bad.tour.ron"), "(format_version: 1, stops: [(name: \"x\"").unwrap();
    let (code, complaint) = place.fails(&["film", "qingxi", "--tour", "bad.tour.ron", "--out", "c.mp4"]);
    assert!(code == 1 && complaint.contains("bad.tour.ron"), "{complaint}");
    assert!(!folder.join("c.mp4").exists());
}

/// As a window has its views filmed: the tour through standard input, a line for every picture and one for the end.
#[test]
fn a_film_made_for_a_window_tells_its_pictures_and_leaves_nothing_when_given_up() {
    let place = Place::imported();
    let folder = place.folder.path();
    let film = |park: &str, out: &str, tour: &str| {
        let size = ["--size", "160x96", "--fps", "5", "--as-of", "2026-06-30"];
        let mut command = place.command(&["film", park, "--tour", "-", "--told", "--out", out]);
        let mut process = command
            .args(size)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("twin");
        // One that fails at once does not listen.
        let _ = process.stdin.take().expect("an ear").write_all(tour.as_bytes());
        process
    };
    let lines = |process: std::process::Child| -> Vec<Value> {
        let output = process.wait_with_output().expect("an end");
        String::from_utf8(output.stdout)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    };
    let told = lines(film("qingxi", "told.mp4", TOUR));
    let pictures: Vec<u64> = told.iter().filter_map(|line| line["picture"]["done"].as_u64()).collect();
    assert_eq!(pictures, [1, 2, 3, 4, 5, 6]);
    assert_eq!(told.last().expect("an end")["made"]["frames"], 6);
    assert!(folder.join("told.mp4").exists());

    let told = lines(film("nowhere", "none.mp4", TOUR));
    let said = told.last().expect("an end")["failed"].as_str().expect("why").to_owned();
    assert!(told.len() == 1 && said.contains("nowhere"), "{told:?}");
    // A window in Chinese is told why in Chinese first.
    std::fs::write(folder.join("a.tour.ron"), TOUR).unwrap();
    let mut command = place.command(&["film", "nowhere", "--tour", "a.tour.ron", "--told", "--lang", "zh"]);
    command.args(["--out", "none.mp4"]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let told = lines(command.spawn().expect("twin"));
    assert!(told[0]["said"].as_str().is_some_and(|said| said.starts_with("没有园区 nowhere；")), "{told:?}");
    assert_eq!(told[1]["failed"], said);

    // Ten minutes of film, ended after the first picture.
    let mut process = film("qingxi", "long.mp4", &TOUR.replace("hold_secs: 0.4", "hold_secs: 300.0"));
    let mut first = String::new();
    // Listened to until the end: whom nobody hears ends by itself.
    let mut mouth = BufReader::new(process.stdout.take().expect("a mouth"));
    mouth.read_line(&mut first).unwrap();
    assert!(first.contains("\"picture\"") && folder.join("long.mp4.new").exists(), "{first}");
    let pid = rustix::process::Pid::from_child(&process);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert!(!process.wait().unwrap().success());
    drop(mouth);
    assert!(!folder.join("long.mp4.new").exists() && !folder.join("long.mp4").exists());
}

#[test]
fn every_view_of_a_tour_becomes_a_picture_of_its_own() {
    let place = Place::imported();
    let folder = place.folder.path();
    std::fs::write(folder.join("a.tour.ron"), TOUR).unwrap();
    let still = ["film", "qingxi", "--tour", "a.tour.ron", "--size", "160x96", "--json", "--still", "--out"];
    assert_eq!(place.json(&[&still[..], &["first.png"][..]].concat())["frames"], 1);
    assert_eq!(place.json(&[&still[..], &["a.png", "--each"][..]].concat())["frames"], 2);
    let read = |name: &str| image::open(folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}")).to_rgb8();
    let [first, one, two] = ["first.png", "a-1.png", "a-2.png"].map(read);
    assert_eq!((one.dimensions(), two.dimensions()), ((160, 96), (160, 96)));
    let apart = |other: &image::RgbImage| first.pixels().zip(other.pixels()).filter(|(a, b)| a != b).count();
    // The first is the one that `--still` alone draws; the second looks from elsewhere at something else.
    assert!(apart(&one) < 160 && apart(&two) > 3000, "{} and {} pixels differ", apart(&one), apart(&two));
    assert!(!folder.join("a.png").exists());
    // Each of what, without --still?
    assert_eq!(place.fails(&["film", "qingxi", "--out", "x.mp4", "--each"]).0, 2);
}

#[test]
fn a_shot_of_a_scene_that_recolours_tells_the_legend_of_what_it_shows() {
    let place = Place::imported();
    let scene = |name: &str, by: &str| {
        let text = format!("(format_version: 1, recolour: ({by}))");
        std::fs::write(place.folder.path().join(name), text).unwrap();
    };
    let shot =
        |name: &'static str| ["shot", "qingxi", "--scene", name, "--size", "320x200", "--out", "s.png", "--json"];
    scene("storeys.scene.ron", "kind: building, column: \"storeys\", scheme: categories");
    let told = place.json(&shot("storeys.scene.ron"));
    assert_eq!(told["overlay"], "recolour");
    let classes = told["classes"].as_array().unwrap();
    let counted: u64 = classes.iter().map(|class| class["count"].as_u64().unwrap()).sum();
    let there = place.database.store().unwrap().snapshot("qingxi").unwrap().buildings.len() as u64;
    assert!(counted > there / 2 && counted <= there, "{counted} of {there} buildings");
    let of = |class: &serde_json::Value| class["class"].as_str().unwrap().to_owned();
    assert!(classes.iter().all(|class| of(class) == "unknown" || of(class).parse::<u32>().is_ok()), "{classes:?}");

    // What no standard has colours for is no picture of categories.
    scene("wrong.scene.ron", "kind: building, column: \"storeys\", scheme: standard");
    let (code, said) = place.fails(&shot("wrong.scene.ron"));
    assert!(code != 0 && said.contains("building.storeys") && said.contains("parcel.land_use_code"), "{code} {said}");
}
