//! Verdicts by feature, close together. A city has a million of them for each overlay, which are looked up all at once when the
//! overlay is switched to.
//!
//! They stand in a row, in the order in which they came; a table of row numbers finds them. A hash map of the verdicts themselves
//! takes twice as much, since up to half of its places, each as large as a verdict, are empty.

use std::hash::BuildHasher;
use std::ops::Index;

use foldhash::fast::FixedState;
use spatial_db::model::FeatureId;

use super::Verdict;

/// A place of the table that notes no row.
const FREE: u32 = u32::MAX;

type Row = (FeatureId, Verdict);
type Pair<'a> = (&'a FeatureId, &'a Verdict);
type Pairs<'a> = std::iter::Map<std::slice::Iter<'a, Row>, fn(&'a Row) -> Pair<'a>>;

/// Verdicts by feature.
#[derive(Clone, Default)]
pub struct Verdicts {
    rows: Vec<Row>,
    /// Numbers of rows, each at the first place that was free from where its feature's hash points to. As many places as a power
    /// of two, and at least half of them are free.
    places: Vec<u32>,
}

impl Verdicts {
    /// None yet, with room for those of `features` features.
    pub fn with_capacity(features: usize) -> Self {
        let mut verdicts = Self { rows: Vec::with_capacity(features), places: Vec::new() };
        verdicts.make_places(features);
        verdicts
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True where there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The verdict on a feature.
    pub fn get(&self, id: &FeatureId) -> Option<&Verdict> {
        Some(&self.rows[self.row(*id)?].1)
    }

    /// The verdict on a feature, to be changed.
    pub fn get_mut(&mut self, id: &FeatureId) -> Option<&mut Verdict> {
        let row = self.row(*id)?;
        Some(&mut self.rows[row].1)
    }

    /// True where there is a verdict on a feature.
    pub fn contains_key(&self, id: &FeatureId) -> bool {
        self.row(*id).is_some()
    }

    /// Takes the verdict on a feature; hands back the one that it replaces.
    pub fn insert(&mut self, id: FeatureId, verdict: Verdict) -> Option<Verdict> {
        match self.row_or_place(id) {
            Ok(row) => Some(std::mem::replace(&mut self.rows[row].1, verdict)),
            Err(place) => {
                self.push(place, id, verdict);
                None
            }
        }
    }

    /// The verdict on a feature; the one that `make` gives where there is none yet.
    pub fn get_or_insert_with(&mut self, id: FeatureId, make: impl FnOnce() -> Verdict) -> &mut Verdict {
        let row = match self.row_or_place(id) {
            Ok(row) => row,
            Err(place) => self.push(place, id, make()),
        };
        &mut self.rows[row].1
    }

    /// Takes all of them out.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.places.clear();
    }

    /// The features with their verdicts, in the order in which they came.
    pub fn iter(&self) -> Pairs<'_> {
        self.into_iter()
    }

    /// The features.
    pub fn keys(&self) -> impl Iterator<Item = &FeatureId> {
        self.rows.iter().map(|(id, _)| id)
    }

    /// The verdicts.
    pub fn values(&self) -> impl Iterator<Item = &Verdict> {
        self.rows.iter().map(|(_, verdict)| verdict)
    }

    /// The verdicts, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Verdict> {
        self.rows.iter_mut().map(|(_, verdict)| verdict)
    }

    /// The row of a feature.
    fn row(&self, id: FeatureId) -> Option<usize> {
        if self.places.is_empty() {
            return None;
        }
        let row = self.places[self.place(id)];
        (row != FREE).then_some(row as usize)
    }

    /// The row of a feature, or the place where one is to be noted.
    fn row_or_place(&mut self, id: FeatureId) -> Result<usize, usize> {
        self.make_places(self.rows.len() + 1);
        let place = self.place(id);
        match self.places[place] {
            FREE => Err(place),
            row => Ok(row as usize),
        }
    }

    /// The place that notes the row of a feature, or the free one for it. There has to be one.
    fn place(&self, id: FeatureId) -> usize {
        let last = self.places.len() - 1;
        let mut place = FixedState::default().hash_one(id) as usize & last;
        loop {
            match self.places[place] {
                FREE => return place,
                row if self.rows[row as usize].0 == id => return place,
                _ => place = (place + 1) & last,
            }
        }
    }

    fn push(&mut self, place: usize, id: FeatureId, verdict: Verdict) -> usize {
        let row = self.rows.len();
        self.places[place] = row as u32;
        self.rows.push((id, verdict));
        row
    }

    /// Sees to it that there are places enough for `rows` rows.
    fn make_places(&mut self, rows: usize) {
        if rows * 2 <= self.places.len() {
            return;
        }
        self.places = vec![FREE; (rows * 2).next_power_of_two()];
        for row in 0..self.rows.len() {
            let place = self.place(self.rows[row].0);
            self.places[place] = row as u32;
        }
    }
}

impl std::fmt::Debug for Verdicts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

/// The same of each feature, in whatever order it came.
impl PartialEq for Verdicts {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(id, verdict)| other.get(id) == Some(verdict))
    }
}

impl Index<&FeatureId> for Verdicts {
    type Output = Verdict;

    fn index(&self, id: &FeatureId) -> &Verdict {
        self.get(id).expect("there is a verdict on the feature")
    }
}

impl<'a> IntoIterator for &'a Verdicts {
    type Item = Pair<'a>;
    type IntoIter = Pairs<'a>;

    fn into_iter(self) -> Pairs<'a> {
        let apart: fn(&'a Row) -> Pair<'a> = |(id, verdict)| (id, verdict);
        self.rows.iter().map(apart)
    }
}

impl FromIterator<Row> for Verdicts {
    fn from_iter<T: IntoIterator<Item = Row>>(rows: T) -> Self {
        let rows = rows.into_iter();
        let mut verdicts = Self::with_capacity(rows.size_hint().0);
        for (id, verdict) in rows {
            verdicts.insert(id, verdict);
        }
        verdicts
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;
    use spatial_db::model::FeatureKind;

    use super::*;

    fn verdict(class: usize) -> Verdict {
        Verdict { class, value: None, outline: None, facts: Vec::new() }
    }

    /// Few features, so that many verdicts are on the same one.
    fn feature() -> impl Strategy<Value = FeatureId> {
        let kind = prop::sample::select(vec![FeatureKind::Parcel, FeatureKind::Building]);
        (kind, prop_oneof![-3..40_i64, Just(i64::MAX), Just(i64::MIN)]).prop_map(|(kind, id)| FeatureId::new(kind, id))
    }

    proptest! {
        #[test]
        fn they_are_what_a_map_holds(
            rows in prop::collection::vec((feature(), 0..9_usize), 0..200), asked in prop::collection::vec(feature(), 0..20),
        ) {
            let (mut map, mut verdicts) = (HashMap::new(), Verdicts::default());
            let mut order: Vec<FeatureId> = Vec::new();
            for (id, class) in &rows {
                if !map.contains_key(id) {
                    order.push(*id);
                }
                prop_assert_eq!(verdicts.insert(*id, verdict(*class)), map.insert(*id, verdict(*class)));
            }
            for id in &asked {
                prop_assert_eq!(verdicts.get(id), map.get(id));
                prop_assert_eq!(verdicts.contains_key(id), map.contains_key(id));
            }
            prop_assert_eq!(verdicts.keys().copied().collect::<Vec<_>>(), order.clone());
            prop_assert!(verdicts.iter().all(|(id, verdict)| map[id] == *verdict && verdicts[id] == *verdict));
            prop_assert_eq!(verdicts.len(), map.len());
            let last_first: Verdicts = map.iter().map(|(id, verdict)| (*id, verdict.clone())).collect();
            prop_assert_eq!(&last_first, &verdicts);
            let none_asked = asked.is_empty();
            for id in asked {
                verdicts.get_or_insert_with(id, || verdict(20)).class += 1;
                map.entry(id).or_insert_with(|| verdict(20)).class += 1;
            }
            prop_assert!(verdicts.iter().all(|(id, verdict)| map[id] == *verdict));
            prop_assert_eq!(verdicts.len(), map.len());
            prop_assert_eq!(last_first == verdicts, none_asked);
            verdicts.clear();
            prop_assert!(verdicts.is_empty() && order.iter().all(|id| verdicts.get(id).is_none()));
        }
    }

    #[test]
    fn those_of_a_city_take_little_more_than_themselves() {
        let city: Verdicts = (0..1_000_000).map(|id| (FeatureId::new(FeatureKind::Building, id), verdict(0))).collect();
        let bytes = city.rows.capacity() * size_of::<Row>() + city.places.capacity() * size_of::<u32>();
        assert!(bytes <= 1_000_000 * (size_of::<Row>() + 10), "{bytes}");
        assert_eq!(city.get(&FeatureId::new(FeatureKind::Building, 999_999)), Some(&verdict(0)));
        assert_eq!(city.get(&FeatureId::new(FeatureKind::Parcel, 1)), None);
    }
}
