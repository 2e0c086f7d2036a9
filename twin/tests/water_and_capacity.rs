//! `twin hydraulics` and `twin capacity` on the sample park.

use serde_json::Value;
use spatial_db::model::{NetworkClass, NodeKind, ParkSnapshot};
use spatial_db::store::Store;

use crate::support::Place;

fn park(place: &Place) -> ParkSnapshot {
    Store::connect(&place.database.url()).unwrap().snapshot("qingxi").unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn pressures_and_capacity_of_the_sample_park() {
    let place = Place::imported();
    let park = park(&place);

    // Pressures: everybody gets what he asks for, nothing is below zero, nothing was assumed.
    let ask = |extra: &[&str]| {
        let mut arguments = vec!["hydraulics", extra[0], "qingxi", "--format", "json"];
        arguments.extend(&extra[1..]);
        place.json(&arguments)
    };
    let now = ask(&["pressure"]);
    assert_eq!(now["engine"], "EPANET 2.3");
    assert_eq!(now["estimate"], false, "{}", now["assumed"]);
    assert_eq!((&now["settled"], &now["times"]), (&Value::Bool(true), &Value::from(1.5)));
    assert_eq!(now["before"]["negative"].as_array().unwrap().len(), 0);
    let (asked, given) = (number(&now["before"]["asked_l_s"]), number(&now["before"]["given_l_s"]));
    assert!(asked > 50.0 && (asked - given).abs() < 1e-3, "{asked} {given}");
    // The contracted loads, at 1.5 times their mean.
    let is_customer =
        |node: &&spatial_db::model::NetworkNode| node.class == NetworkClass::Water && node.kind == NodeKind::Connection;
    let loads: f64 = park
        .nodes
        .iter()
        .filter(is_customer)
        .map(|node| {
            node.provenance.attributes["ConnLoad_m3d"].as_str().map_or_else(
                || node.provenance.attributes["ConnLoad_m3d"].as_f64().unwrap(),
                |text| text.parse().unwrap(),
            )
        })
        .sum();
    assert!((asked - loads / 86.4 * 1.5).abs() < 0.01, "{asked} {loads}");

    // A main closed off: no pressure rises above what the works give, the lines inside are dry.
    let customer = park.nodes.iter().find(is_customer).unwrap();
    let key = customer.provenance.key.as_str();
    let closed = ask(&["close", "--at", key]);
    let dry = closed["after"]["without_supply"].as_array().unwrap();
    assert!(dry.iter().any(|one| one == key), "{dry:?}");
    assert!(number(&closed["after"]["given_l_s"]) < asked);
    // A burst there spills, and what answers to pressure is given no more than before.
    let burst = ask(&["burst", "--at", key, "--hole", "80", "--pressure-driven"]);
    assert_eq!(burst["settled"], true, "{}", burst["after"]["warnings"]);
    assert!(number(&burst["after"]["burst_l_s"][0]) > 5.0, "{}", burst["after"]);
    assert!(number(&burst["after"]["given_l_s"]) <= number(&burst["before"]["given_l_s"]) + 1e-3);
    let fire = ask(&["fire"]);
    let hydrants = park.nodes.iter().filter(|n| n.class == NetworkClass::Water && n.kind == NodeKind::Hydrant).count();
    assert_eq!(fire["rows"].as_array().unwrap().len(), hydrants);
    let said = place.twin(&["hydraulics", "fire", "qingxi", "--lang", "zh"]);
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("消火栓出流量") && said.contains("GB 50974"), "{said}");
    assert!(place.fails(&["hydraulics", "close", "qingxi", "--at", "nowhere"]).1.contains("`nowhere`"));

    // Capacity: every parcel has an answer, later days leave no more, and power and water are known.
    for (resource, known) in [("power", true), ("water", true), ("sewage", false), ("gas", false), ("fibre", false)] {
        let at = |by: &str| {
            place.json(&["capacity", "parcels", "qingxi", "--resource", resource, "--by", by, "--format", "json"])
        };
        let (soon, late) = (at("2026-06-30"), at("2032-12-31"));
        let left = |answer: &Value| -> std::collections::BTreeMap<String, Option<f64>> {
            let rows = answer["rows"].as_array().unwrap();
            rows.iter().map(|row| (row["parcel"].as_str().unwrap().to_owned(), row["remaining"].as_f64())).collect()
        };
        let (soon_left, late_left) = (left(&soon), left(&late));
        assert_eq!(soon_left.len(), park.parcels.len());
        for (key, soon) in &soon_left {
            if let (Some(soon), Some(late)) = (soon, late_left[key]) {
                assert!(late <= soon + 1e-6, "{resource} {key}: {soon} {late}");
            }
        }
        // An answer that is unknown later has not fallen.
        let fell = soon_left.iter().filter(|(key, soon)| late_left[*key].is_some() && late_left[*key] < **soon).count();
        assert!(fell > 0, "{resource}: no commitment takes anything");
        if known {
            // Power and water of the sample run in rings that are parted where the survey says so: everybody has one way.
            let counts = &soon["counts"];
            let way = number(&counts["at_most_for_the_way"]) + number(&counts["unknown_for_the_way"]);
            assert!(number(&counts["known"]) > 100.0 && way == 0.0, "{resource} {counts}");
        }
    }
    let one = place.json(&[
        "capacity",
        "at",
        "qingxi",
        "--resource",
        "power",
        "--parcel",
        &park.parcels[20].provenance.key,
        "--by",
        "2032-12-31",
        "--format",
        "json",
    ]);
    let steps = one["over_time"].as_array().unwrap();
    assert!(!steps.is_empty() && number(&steps[0]["remaining"]) >= number(&steps.last().unwrap()["remaining"]));
    assert!(steps.iter().all(|step| step["known"].is_string()));
    assert_eq!(one["way"].as_array().unwrap().len(), one["rows"].as_array().unwrap().len());
    // Its number does as well as its key.
    let number_of = park.parcels[20].number.as_deref().expect("the sample numbers its parcels");
    let by = ["--parcel", number_of, "--by", "2032-12-31", "--format", "json"];
    let same = place.json(&[&["capacity", "at", "qingxi", "--resource", "power"][..], &by[..]].concat());
    assert_eq!(same["way"], one["way"]);
    // Fibre building by building: the ports and holes of those that are connected on record, and of no others.
    let fibre = place.json(&["capacity", "buildings", "qingxi", "--resource", "fibre", "--format", "json"]);
    let rows = fibre["rows"].as_array().unwrap();
    let connected = number(&fibre["counts"]["connected"]);
    assert_eq!(connected + number(&fibre["counts"]["unknown"]), rows.len() as f64);
    assert!(connected > 0.0 && rows.iter().any(|row| row["ducts_remaining"].is_number()), "{}", fibre["counts"]);
    let key = rows[0]["building"].as_str().unwrap();
    let at = place.json(&["capacity", "at", "qingxi", "--resource", "fibre", "--building", key, "--format", "json"]);
    assert_eq!(at["remaining"], rows[0]["remaining"]);
    // Gas runs in rings too, of which no record tells where they are parted.
    let said = place.twin(&["capacity", "parcels", "qingxi", "--resource", "gas", "--lang", "zh"]);
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("上限") && !said.contains("at_most"), "{said}");
    let said = place.twin(&["capacity", "elements", "qingxi", "--resource", "power", "--lang", "zh"]);
    assert!(String::from_utf8_lossy(&said.stdout).contains("剩余能力：电力"));
    assert_eq!(place.fails(&["capacity", "at", "qingxi", "--resource", "power"]).0, 2);
    assert!(place.fails(&["capacity", "parcels", "qingxi", "--resource", "steam"]).1.contains("ducts"));
}
