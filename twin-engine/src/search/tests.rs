use std::sync::Arc;

use proptest::prelude::*;
use spatial_db::model::*;

use super::*;
use crate::fixture;

/// The tiny park with Chinese names.
fn park() -> Arc<ParkSnapshot> {
    let mut park = (*fixture::tiny().snapshot).clone();
    park.parcels[0].number = Some("ＱＸ-2024-017".into());
    park.parcels[1].address = Some("青溪区 滨江大道 88号".into());
    park.parcels[2].holder = Some("绿源生物科技有限公司".into());
    park.buildings[0].name = Some("绿源一号厂房".into());
    park.buildings[1].name = Some("Hall".into());
    park.buildings[2].name = Some("Hall of the west".into());
    park.buildings[3].name = Some("Great hall".into());
    park.buildings[4].name = Some("Marshalling shed".into());
    park.enterprises.push(Enterprise {
        id: FeatureId::new(FeatureKind::Enterprise, 1),
        provenance: Provenance::keyed("E1"),
        name: "宏达机械".into(),
        industry_code: None,
        state: None,
    });
    park.tenancies.push(Tenancy {
        building_key: Some(park.buildings[5].provenance.key.clone()),
        ..Tenancy::bare(1, Provenance::default(), "E1")
    });
    Arc::new(park)
}

fn first(index: &Index, query: &str) -> Option<(FeatureKind, i64, Field)> {
    index.search(query).first().map(|found| (found.id.kind, found.id.id, found.field))
}

#[test]
fn parts_of_words_pinyin_and_initials_find_the_feature() {
    let index = Index::new(&park());
    let (parcel, building) = (FeatureKind::Parcel, FeatureKind::Building);
    assert_eq!(first(&index, "qx-2024"), Some((parcel, 1, Field::Number)), "full-width letters are letters");
    assert_eq!(first(&index, "2024-017"), Some((parcel, 1, Field::Number)));
    assert_eq!(first(&index, "滨江"), Some((parcel, 2, Field::Address)));
    assert_eq!(first(&index, "binjiang"), Some((parcel, 2, Field::Address)));
    assert_eq!(first(&index, "bjdd"), Some((parcel, 2, Field::Address)));
    assert_eq!(first(&index, "lvyuanyihao"), Some((building, 1, Field::Name)), "ü is typed as v");
    assert_eq!(first(&index, "绿源生物"), Some((parcel, 3, Field::Holder)));
    assert_eq!(first(&index, "hdjx"), Some((building, 6, Field::Enterprise)), "an enterprise is where it sits");
    assert_eq!(first(&index, "大道 青溪"), Some((parcel, 2, Field::Address)), "words in any order");
    assert_eq!(first(&index, "no such thing"), None);
    assert!(index.search("").is_empty() && index.search("   ").is_empty());
}

#[test]
fn the_whole_comes_before_the_beginning_before_a_word_before_any_place() {
    let index = Index::new(&park());
    let names: Vec<String> =
        index.search("hall").into_iter().filter(|f| f.field == Field::Name).map(|f| f.text).collect();
    assert_eq!(names, ["Hall", "Hall 6", "Hall of the west", "Great hall", "Marshalling shed"]);
}

#[test]
fn a_name_is_found_by_the_reading_that_its_city_uses_and_an_enterprise_without_a_place_by_its_name() {
    let mut park = (*park()).clone();
    park.buildings[0].name = Some("重庆长安厂房".into());
    park.enterprises[0].name = "厦门东方".into();
    park.tenancies.clear();
    let index = Index::new(&park);
    // Read as in Chongqing and Chang'an, not as in zhòng (heavy) and zhǎng (to grow).
    for query in ["chongqing", "changan", "cqca", "zhongqing"] {
        assert_eq!(first(&index, query), Some((FeatureKind::Building, 1, Field::Name)), "{query}");
    }
    for query in ["xiamen", "xmdf", "厦门"] {
        assert_eq!(first(&index, query), Some((FeatureKind::Enterprise, 1, Field::Enterprise)), "{query}");
    }
}

#[test]
fn a_short_word_finds_what_is_called_so_however_late_it_comes_and_says_how_many_there_are() {
    let mut park = (*fixture::tiny().snapshot).clone();
    let one = park.buildings[0].clone();
    park.buildings = (0..20_000)
        .map(|at| {
            let mut building = one.clone();
            building.id.id = at;
            building.provenance.key = format!("B{at}");
            building.name = Some(if at == 19_999 { "a".to_owned() } else { format!("hall {at} bay") });
            building
        })
        .collect();
    let index = Index::new(&park);
    let (found, all) = index.search_counted("a");
    assert_eq!((found[0].id.id, found.len()), (19_999, MOST_RESULTS), "{found:?}");
    let texts = |b: &Building| [b.name.clone(), b.address.clone(), Some(b.provenance.key.clone())];
    let has = |b: &&Building| texts(b).into_iter().flatten().any(|text| text.to_lowercase().contains('a'));
    let holds = park.buildings.iter().filter(has).count();
    assert!(all >= holds && all < holds + 200, "{all} of {holds} among the buildings");
}

#[test]
fn a_feature_is_found_once_by_the_text_of_it_that_fits_best() {
    let mut park = (*park()).clone();
    park.buildings[1].name = Some("West Works".into());
    park.buildings[1].address = Some("Works".into());
    park.enterprises[0].name = "Works of the river".into();
    park.tenancies[0].building_key = Some(park.buildings[1].provenance.key.clone());
    let index = Index::new(&park);
    let (found, all) = index.search_counted("works");
    let own: Vec<_> = found.iter().filter(|one| one.id == park.buildings[1].id).collect();
    assert!(matches!(own[..], [one] if one.field == Field::Address && one.text == "Works"), "{found:?}");
    assert_eq!(all, found.len(), "what is listed whole is all that there is");
    assert!(index.is_quick());
}

#[test]
fn every_network_key_is_found() {
    let park = park();
    let index = Index::new(&park);
    for (id, key) in
        park.edges.iter().map(|e| (e.id, &e.provenance.key)).chain(park.nodes.iter().map(|n| (n.id, &n.provenance.key)))
    {
        assert_eq!(index.search(key).first().map(|f| f.id), Some(id), "{key}");
    }
}

proptest! {
    /// Against every text looked at one by one.
    #[test]
    fn finds_what_a_slow_search_finds(names in prop::collection::vec("[ab c]{1,6}", 6), query in "[abc]{1,3}") {
        let mut park = (*fixture::tiny().snapshot).clone();
        for (building, name) in park.buildings.iter_mut().zip(&names) {
            building.name = Some(name.clone());
        }
        let found: std::collections::BTreeSet<i64> = Index::new(&park)
            .search(&query)
            .into_iter()
            .filter(|f| f.id.kind == FeatureKind::Building)
            .map(|f| f.id.id)
            .collect();
        let holds = |text: Option<&str>| text.is_some_and(|text| text.trim().to_lowercase().contains(&query));
        let texts = |b: &&Building| {
            [b.name.as_deref(), b.address.as_deref(), Some(b.provenance.key.as_str())].into_iter().any(holds)
        };
        let slow: std::collections::BTreeSet<i64> = park.buildings.iter().filter(texts).map(|b| b.id.id).collect();
        prop_assert_eq!(found, slow);
    }
}
