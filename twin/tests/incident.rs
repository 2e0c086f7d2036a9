//! `twin incident` on the sample park, beside what the single verbs say of the same main.

use std::collections::BTreeSet;

use serde_json::Value;
use spatial_db::model::{NetworkClass, NodeKind};
use spatial_db::store::Store;

use crate::support::{Place, stands_open};

fn texts(value: &Value) -> BTreeSet<&str> {
    let list = value.as_array().unwrap_or_else(|| panic!("{value} is no list"));
    list.iter().map(|one| one.as_str().unwrap()).collect()
}

#[test]
fn a_burst_main_is_followed_to_the_draft_of_an_alert() {
    let place = Place::imported();
    let park = Store::connect(&place.database.url()).unwrap().snapshot("qingxi").unwrap();
    let valves: BTreeSet<&str> = park
        .nodes
        .iter()
        .filter(|node| node.class == NetworkClass::Water && node.kind == NodeKind::Valve && stands_open(node))
        .map(|node| node.provenance.key.as_str())
        .collect();
    let main = park.edges.iter().find(|edge| {
        edge.class == NetworkClass::Water && edge.from_key.as_deref().is_some_and(|key| valves.contains(key))
    });
    let key = main.unwrap().provenance.key.as_str();
    let cap = place.folder.path().join("alert.xml").display().to_string();
    let found = place.json(&["incident", "qingxi", "--burst", key, "--cap", &cap, "--json"]);
    // What to close is what the trace says.
    let trace = place.json(&["trace", "isolate", "qingxi", "--class", "water", "--from", key, "--format", "json"]);
    assert!(!texts(&found["valves_to_close"]).is_empty());
    assert_eq!(texts(&found["valves_to_close"]), texts(&trace["close"]));
    assert_eq!(texts(&found["valves_of_unknown_state"]), texts(&trace["close_of_unknown_state"]));
    assert_eq!(texts(&found["valves_on_record_as_closed"]), texts(&trace["closed_already"]));
    assert_eq!(texts(&found["lines_on_record_as_closed"]), texts(&trace["closed_lines"]));
    assert_eq!(texts(&found["sources_shut_off"]), texts(&trace["sources_shut"]));
    let perhaps = &trace["perhaps_lost"];
    assert_eq!(texts(&found["hydrants_perhaps_without_water"]), texts(&perhaps["hydrants"]));
    assert_eq!(texts(&found["buildings_perhaps_without_water"]), texts(&perhaps["buildings"]));
    assert!(texts(&found["unknown"]).iter().any(|said| said.starts_with("place: where along the line")), "{found}");
    // Before the break no more are out of reach than `calc hydrants` counts, which counts those that do not stand too.
    let hydrants = place.json(&["calc", "hydrants", "qingxi", "--json"]);
    assert!(found["out_of_reach_before"].as_u64().unwrap() <= hydrants["not_reached"].as_u64().unwrap());
    // Everyone is somewhere, with and without the ways near the break, and before it as `calc evac` has it.
    let walk = &found["evacuation"];
    let evac = place.json(&["calc", "evac", "--park", "qingxi", "--json"]);
    assert_eq!((&walk["persons"], &walk["before"]["egress_s"]), (&evac["persons"], &evac["egress_s"]));
    assert!(walk["ways_closed"].as_u64().unwrap() > 0, "{walk}");
    for state in ["before", "after"] {
        let count = |what: &str| walk[state][what].as_u64().unwrap();
        let all = count("arrived") + count("cut_off") + count("on_the_way");
        assert_eq!(Some(all), walk["persons"].as_u64(), "{walk}");
    }
    assert!(found["unknown"].as_array().unwrap().iter().all(Value::is_string), "{found}");
    let alert = std::fs::read_to_string(&cap).unwrap();
    for said in ["<status>Exercise</status>", "<polygon>", key] {
        assert!(alert.contains(said), "the alert lacks {said}: {alert}");
    }
    let chinese = alert.split("<info>").nth(2).expect("a block in Chinese");
    assert!(chinese.contains("主管爆裂") && chinese.contains("演练：") && chinese.contains("断水"), "{alert}");
    assert!(!chinese.contains("without water"), "{alert}");
    // Every corner is in the sample park, latitude first.
    let corners = alert.split("<polygon>").nth(1).and_then(|rest| rest.split("</polygon>").next()).unwrap();
    let in_park = |corner: &str| corner.starts_with("31.") && corner.contains(",120.");
    assert!(corners.split_whitespace().all(in_park) && !corners.is_empty(), "{corners}");
    let (code, error) = place.fails(&["incident", "qingxi", "--burst", "nosuchmain"]);
    assert!(code != 0 && error.contains("nosuchmain"), "{error}");
}
