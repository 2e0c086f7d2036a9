//! `twin report dossier` as a person uses it: a page that stands alone and says what the report of all land says.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::support::Place;

/// The most severe parcel of the sample: its row in the report of all land.
fn worst(place: &Place) -> Value {
    place.json(&["report", "land", "qingxi", "--format", "json", "--lang", "en"])["parcels"][0].clone()
}

fn dossier(place: &Place, more: &[&str]) -> String {
    let out = place.folder.path().join("dossier.html");
    let out = out.to_str().expect("a path");
    let output = place.twin(&[&["report", "dossier", "qingxi"], more, &["--out", out]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::read_to_string(out).expect("the page")
}

/// Words as HTML has them.
fn escaped(words: &str) -> String {
    words.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;").replace('"', "&#34;").replace('\'', "&#39;")
}

#[test]
fn a_page_stands_alone_and_says_what_the_report_says() {
    let place = Place::imported();
    let worst = worst(&place);
    let key = worst["parcel"].as_str().expect("a key");
    place.twin(&["case", "open", "qingxi", "--parcel", key, "--by", "The <office>", "--note", "asked & answered"]);

    let page = dossier(&place, &[key, "--lang", "en"]);
    for needed in ["SYNTHETIC", "asked &#38; answered", "The &#60;office&#62;"] {
        assert!(page.contains(needed), "{needed}");
    }
    for said in [&worst["clock"]["clause"], &worst["clock"]["because"], &worst["physical_use"]["because"]] {
        assert!(page.contains(&escaped(said.as_str().expect("words"))), "{said}");
    }
    let mut sources = 0;
    for indicator in worst["indicators"].as_array().expect("indicators") {
        let formula = escaped(indicator["formula"].as_str().expect("a formula"));
        assert!(page.contains(&formula), "{formula}");
        for input in indicator["inputs"].as_array().expect("inputs").iter().filter(|one| one["source"].is_object()) {
            let source = &input["source"];
            let from = format!("{}, layer {}", source["file"].as_str().unwrap(), source["layer"].as_str().unwrap());
            assert!(page.contains(&escaped(&from)), "{from}");
            sources += 1;
        }
    }
    assert!(sources > 0, "{}", worst["indicators"]);
    // Nothing is fetched from anywhere: a laptop in a car park shows it whole.
    for outside in ["src=\"http", "href=", "url(", "@import", "<script"] {
        assert!(!page.contains(outside), "{outside}");
    }
    let pictures: Vec<&str> = page.split("data:image/jpeg;base64,").skip(1).collect();
    assert!(
        pictures.len() == 2 && pictures.iter().all(|one| one.find('"').is_some_and(|end| end > 20_000)),
        "two pictures"
    );
    // In the legend a blue outline is a clock that runs: the parcel is not drawn in the blue of a selection.
    assert!(page.contains("The parcel is in the middle of each"));
    for picture in pictures {
        let bytes = STANDARD.decode(&picture[..picture.find('"').expect("its end")]).expect("base64");
        let picture = image::load_from_memory(&bytes).expect("a picture").to_rgb8();
        // Water and sky are not as blue; what is left is a line of the legend.
        let selected = |pixel: &&image::Rgb<u8>| i32::from(pixel[2]) > i32::from(pixel[0]) + 80;
        let count = picture.pixels().filter(selected).count();
        assert!(count < 200, "{count} pixels in the blue of a selection");
    }
}

/// What was so on a day, as known now: an entry counts from the day that holds for it, and a correction is no entry of its own.
#[test]
fn as_of_a_day_it_tells_the_entries_that_hold_by_then_with_their_corrections() {
    let place = Place::imported();
    let worst = worst(&place);
    let key = worst["parcel"].as_str().expect("a key");
    let record = |arguments: &[&str]| {
        let late = ["--by", "office", "--reason", "from the file", "--json"];
        place.json(&[&["case"], arguments, &late[..]].concat())
    };
    record(&["open", "qingxi", "--parcel", key, "--day", "2025-03-01", "--note", "opened early"]);
    record(&["note", "qingxi", "1", "--day", "2025-04-01", "--note", "moved to autumn"]);
    record(&["note", "qingxi", "1", "--day", "2025-09-01", "--note", "moved to spring"]);
    record(&["correct", "qingxi", "1", "2", "--day", "2025-10-01", "--note", "in autumn"]);
    record(&["correct", "qingxi", "1", "3", "--day", "2025-04-02", "--note", "in spring"]);
    let on = |day: &str| dossier(&place, &[key, "--lang", "en", "--no-pictures", "--as-of", day]);
    let spring = on("2025-06-01");
    for said in ["opened early", "moved to spring", "in spring"] {
        assert!(spring.contains(said), "{said}");
    }
    for later in ["moved to autumn", "in autumn"] {
        assert!(!spring.contains(later), "{later}");
    }
    let winter = on("2025-12-01");
    for said in ["opened early", "moved to spring", "in spring", "moved to autumn", "in autumn"] {
        assert!(winter.contains(said), "{said}");
    }
    assert!(!on("2025-02-01").contains("opened early"));
}

/// What a lawyer is shown: the photograph itself, when it is of, and the hash by which the file in the store is told to be the same.
#[test]
fn photographs_of_the_case_stand_in_the_page_and_other_files_by_name() {
    let place = Place::imported();
    let worst = worst(&place);
    let key = worst["parcel"].as_str().expect("a key");
    let record = |arguments: &[&str]| place.json(&[&["case"], arguments, &["--by", "office", "--json"][..]].concat());
    record(&["open", "qingxi", "--parcel", key, "--note", "seen"]);
    let folder = place.folder.path();
    let picture = image::RgbImage::from_fn(1600, 900, |x, y| image::Rgb([(x / 8) as u8, (y / 4) as u8, 128]));
    picture.save(folder.join("yard.png")).expect("a picture");
    std::fs::write(folder.join("letter.txt"), "a letter").expect("a file");
    std::fs::write(folder.join("broken.png"), b"\x89PNG\r\n\x1a\nbroken").expect("a file");
    let attach = |name: &str| record(&["attach", "qingxi", "1", &folder.join(name).display().to_string()]);
    let attached = attach("yard.png");
    let hash = attached["case"]["events"][1]["file"]["blake3"].as_str().expect("a hash").to_owned();
    for name in ["letter.txt", "broken.png"] {
        attach(name);
    }
    let page = dossier(&place, &[key, "--lang", "en", "--no-pictures"]);
    let shown: Vec<&str> = page.split("<figure>").skip(1).collect();
    assert_eq!(shown.len(), 1, "only what is a picture");
    assert!(shown[0].contains("Entry 1.2") && shown[0].contains("yard.png") && shown[0].contains(&hash), "{hash}");
    for name in ["letter.txt", "broken.png"] {
        assert!(page.contains(name) && !shown[0].contains(name), "{name}");
    }
    let bytes =
        shown[0].split("data:image/jpeg;base64,").nth(1).and_then(|rest| rest.split('"').next()).expect("bytes");
    let bytes = STANDARD.decode(bytes).expect("base64");
    assert!(bytes.len() <= 200 * 1024, "{}", bytes.len());
    let small = image::load_from_memory(&bytes).expect("a picture");
    assert_eq!((small.width(), small.height()), (1200, 675));
    let there = small.to_rgb8().get_pixel(600, 337).0;
    assert!(there.iter().zip([100_u8, 112, 128]).all(|(is, was)| is.abs_diff(was) < 12), "{there:?}");

    // Withdrawn, it is no evidence any more.
    record(&["correct", "qingxi", "1", "2", "--withdraw", "--reason", "of another yard"]);
    assert!(!dossier(&place, &[key, "--lang", "en", "--no-pictures"]).contains("<figure>"));
}

#[test]
fn it_speaks_chinese_by_the_parcels_number_and_does_without_pictures() {
    let place = Place::imported();
    let worst = worst(&place);
    let number = worst["number"].as_str().expect("a number");
    let page = dossier(&place, &[number, "--lang", "zh", "--no-pictures"]);
    assert!(page.contains("<html lang=\"zh") && page.contains(&format!("宗地档案：{number}")));
    assert!(page.contains("合同与闲置计时") && page.contains("无案件记录") && !page.contains("<img"));

    // A package carries no cases, so the page must not say that there are none.
    let package = place.folder.path().join("q.gpkg");
    let package = package.to_str().expect("a path");
    place.twin(&["pack", "qingxi", "--out", package]);
    let page = place.folder.path().join("offline.html");
    let output = place.twin(&[
        "report",
        "dossier",
        package,
        number,
        "--lang",
        "en",
        "--no-pictures",
        "--out",
        page.to_str().unwrap(),
    ]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let page = std::fs::read_to_string(page).expect("the page");
    assert!(page.contains("not told here") && !page.contains("no case on record"));

    let out = place.folder.path().join("none.html");
    let (code, complaint) = place.fails(&["report", "dossier", "qingxi", "QX-99-99", "--out", out.to_str().unwrap()]);
    assert_eq!(code, 1);
    assert!(complaint.contains("QX-99-99") && complaint.contains(number), "{complaint}");
    assert!(!out.exists());
}
