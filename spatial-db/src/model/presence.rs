//! What stood on a day: which of a park's features were there, by the dates that the records give.

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike, NaiveDate};

use super::{FeatureKind, ParkSnapshot};

/// Which features of a snapshot were there on a day, by their position in its vectors. What no date tells was always there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// The day.
    pub on: NaiveDate,
    /// Parcels on record.
    pub parcels: Vec<bool>,
    /// Buildings that stand.
    pub buildings: Vec<bool>,
    /// Lines laid.
    pub edges: Vec<bool>,
    /// Points of the networks; those with lines are there as soon as one of these is.
    pub nodes: Vec<bool>,
}

/// `from` is the first day, `to` the day after the last.
pub(crate) fn within(from: Option<NaiveDate>, to: Option<NaiveDate>, on: NaiveDate) -> bool {
    from.is_none_or(|from| from <= on) && to.is_none_or(|to| on < to)
}

/// Whether a parcel was on record on a day.
pub fn parcel_is_there(parcel: &super::Parcel, on: NaiveDate) -> bool {
    within(parcel.valid_from, parcel.valid_to, on)
}

/// Whether a building stood on a day. Of a year the records do not tell the day: it counts from its first of January.
pub fn building_stands(building: &super::Building, on: NaiveDate) -> bool {
    within(building.valid_from, building.valid_to, on) && building.year_built.is_none_or(|year| year <= on.year())
}

/// The days on which a parcel came or went.
pub fn days_of_parcel(parcel: &super::Parcel) -> impl Iterator<Item = NaiveDate> {
    [parcel.valid_from, parcel.valid_to].into_iter().flatten()
}

/// The days on which a building came or went, as [`building_stands`] counts them.
pub fn days_of_building(building: &super::Building) -> impl Iterator<Item = NaiveDate> {
    let year = building.year_built.and_then(|year| NaiveDate::from_ymd_opt(year, 1, 1));
    [building.valid_from, building.valid_to, year].into_iter().flatten()
}

impl Presence {
    /// What of `park` was there on `on`. Of a year the records do not tell the day: it counts from its first of January.
    pub fn on(park: &ParkSnapshot, on: NaiveDate) -> Self {
        let since = |year: Option<i32>| year.is_none_or(|year| year <= on.year());
        let parcels = park.parcels.iter().map(|parcel| parcel_is_there(parcel, on)).collect();
        let buildings = park.buildings.iter().map(|building| building_stands(building, on)).collect();
        let laid = |e: &super::NetworkEdge| within(e.valid_from, e.valid_to, on) && since(e.year_laid);
        let edges: Vec<bool> = park.edges.iter().map(laid).collect();
        let mut used: HashMap<(super::NetworkClass, &str), bool> = HashMap::new();
        if edges.contains(&false) {
            for (edge, laid) in park.edges.iter().zip(&edges) {
                for key in [&edge.from_key, &edge.to_key].into_iter().flatten() {
                    *used.entry((edge.class, key)).or_default() |= laid;
                }
            }
        }
        let node = |n: &super::NetworkNode| {
            let lines = used.get(&(n.class, n.provenance.key.as_str()));
            within(n.valid_from, n.valid_to, on) && lines.copied().unwrap_or(true)
        };
        let nodes = park.nodes.iter().map(node).collect();
        Self { on, parcels, buildings, edges, nodes }
    }

    /// True when the feature in `row` of the snapshot's vector of `kind` was there. What has no days of its own always was.
    pub fn has(&self, kind: FeatureKind, row: usize) -> bool {
        let rows = match kind {
            FeatureKind::Parcel => &self.parcels,
            FeatureKind::Building => &self.buildings,
            FeatureKind::NetworkEdge => &self.edges,
            FeatureKind::NetworkNode => &self.nodes,
            _ => return true,
        };
        rows.get(row).copied().unwrap_or(true)
    }
}

/// How many features each year brought, by the dates on record: completed buildings, lines laid, parcels registered.
pub fn years(park: &ParkSnapshot) -> BTreeMap<i32, usize> {
    let dated = |date: Option<NaiveDate>| date.map(|date| date.year());
    let buildings = park.buildings.iter().filter_map(|b| b.year_built.or(dated(b.valid_from)));
    let edges = park.edges.iter().filter_map(|e| e.year_laid.or(dated(e.valid_from)));
    let parcels = park.parcels.iter().filter_map(|p| dated(p.valid_from));
    let contracts = park.contracts.iter().filter_map(|c| dated(c.signed));
    let events = park.events.iter().map(|e| e.date.year());
    let mut years = BTreeMap::new();
    // A zero or 9999 in a year's field says that nobody knows it.
    for year in
        buildings.chain(edges).chain(parcels).chain(contracts).chain(events).filter(|y| (1800..2200).contains(y))
    {
        *years.entry(year).or_default() += 1;
    }
    years
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Building, NetworkClass, NetworkEdge, NetworkNode, NodeKind, Park, Provenance};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn building(year_built: Option<i32>, from: Option<&str>, to: Option<&str>) -> Building {
        Building {
            year_built,
            valid_from: from.map(day),
            valid_to: to.map(day),
            ..Building::bare(1, Provenance::default(), geo::MultiPolygon(Vec::new()))
        }
    }

    fn edge(key: &str, from: &str, to: &str, year_laid: i32) -> NetworkEdge {
        NetworkEdge {
            from_key: Some(from.into()),
            to_key: Some(to.into()),
            year_laid: Some(year_laid),
            ..NetworkEdge::bare(1, Provenance::keyed(key), NetworkClass::Water, Vec::new())
        }
    }

    fn node(key: &str, class: NetworkClass) -> NetworkNode {
        NetworkNode::bare(1, Provenance::keyed(key), class, NodeKind::Valve, [0.0; 3])
    }

    fn empty() -> ParkSnapshot {
        ParkSnapshot::empty(Park::made_up("p", "P", 4549))
    }

    #[test]
    fn a_building_stands_from_its_year_and_within_its_dates() {
        let mut park = empty();
        park.buildings = vec![
            building(None, None, None),
            building(Some(2015), None, None),
            building(None, Some("2015-07-01"), Some("2020-01-01")),
            building(Some(2016), Some("2015-07-01"), None),
        ];
        let on = |text| Presence::on(&park, day(text)).buildings;
        assert_eq!(on("2014-12-31"), [true, false, false, false]);
        assert_eq!(on("2015-01-01"), [true, true, false, false]);
        assert_eq!(on("2015-07-01"), [true, true, true, false]);
        assert_eq!(on("2019-12-31"), [true, true, true, true]);
        assert_eq!(on("2020-01-01"), [true, true, false, true]);
    }

    #[test]
    fn a_point_comes_with_the_first_of_its_lines() {
        let mut park = empty();
        park.edges = vec![edge("e1", "a", "b", 2010), edge("e2", "b", "c", 2015)];
        park.nodes = ["a", "b", "c", "alone"].map(|key| node(key, NetworkClass::Water)).into();
        // The same name in another network is another point.
        park.nodes.push(node("c", NetworkClass::Gas));
        let on = |text| Presence::on(&park, day(text)).nodes;
        assert_eq!(on("2009-01-01"), [false, false, false, true, true]);
        assert_eq!(on("2010-01-01"), [true, true, false, true, true]);
        assert_eq!(on("2015-01-01"), [true, true, true, true, true]);
    }

    #[test]
    fn years_count_what_they_brought() {
        let mut park = empty();
        park.buildings = vec![building(Some(2015), None, None), building(None, Some("2015-07-01"), None)];
        park.buildings.push(building(Some(0), None, None));
        park.edges = vec![edge("e1", "a", "b", 2010)];
        assert_eq!(years(&park).into_iter().collect::<Vec<_>>(), [(2010, 1), (2015, 2)]);
    }
}
