//! Entries in groups of neighbours of one kind. The R-tree is over the groups, and boxes are kept in 32 bits, never smaller than
//! they are: with a leaf for each of two million entries it takes 160 MB, so some 50. Who needs the box itself asks the entry.

use rayon::prelude::*;
use rstar::{AABB, Envelope, PointDistance, RTree, RTreeObject, SelectionFunction};

use super::entry::Entry;
use crate::model::FeatureKind;

/// Most entries of a group: few enough to look at each, enough for the tree to be small beside them.
const MOST: usize = 16;

/// By how much boxes reach further than they have to, m: more than sums in 64 bits are off.
const SLACK_M: f64 = 1e-6;

/// Neighbours of one kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group {
    envelope: AABB<[f64; 2]>,
    pub(super) kind: FeatureKind,
    /// Where its entries begin, and how many they are.
    first: u32,
    count: u8,
}

impl RTreeObject for Group {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        self.envelope
    }
}

impl PointDistance for Group {
    fn distance_2(&self, point: &[f64; 2]) -> f64 {
        Envelope::distance_2(&self.envelope, point)
    }
}

/// The entries of a park and the tree over their groups.
#[derive(Debug)]
pub(super) struct Groups {
    /// Where boxes are told from.
    origin_m: [f64; 2],
    /// West, south, east and north of each entry from there, m.
    boxes: Vec<[f32; 4]>,
    slots: Vec<u32>,
    tree: RTree<Group>,
}

impl Groups {
    /// Groups of `entries`, of which those of a kind stand together; O(n log n).
    pub(super) fn new(mut entries: Vec<Entry>) -> Self {
        let mut corners = entries.iter().map(|entry| entry.envelope.lower());
        let origin_m = corners.find(|low| low.iter().all(|side| side.is_finite())).unwrap_or_default();
        for of_kind in entries.chunk_by_mut(|a, b| a.kind == b.kind) {
            put_neighbours_together(of_kind);
        }
        let mut groups = Self {
            origin_m,
            boxes: entries.iter().map(|entry| outwards(&entry.envelope, origin_m)).collect(),
            slots: entries.iter().map(|entry| entry.slot).collect(),
            tree: RTree::new(),
        };
        let mut leaves = Vec::with_capacity(entries.len().div_ceil(MOST));
        let mut first = 0;
        for of_kind in entries.chunk_by(|a, b| a.kind == b.kind) {
            for group in of_kind.chunks(MOST) {
                let mut leaf =
                    Group { envelope: AABB::new_empty(), kind: group[0].kind, first, count: group.len() as u8 };
                leaf.envelope = groups.of(&leaf).fold(leaf.envelope, |all, entry| all.merged(&entry.envelope));
                leaves.push(leaf);
                first += group.len() as u32;
            }
        }
        groups.tree = RTree::bulk_load(leaves);
        groups
    }

    /// Number of entries.
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// The entries of a group, their envelopes as they are kept.
    pub(super) fn of(&self, group: &Group) -> impl Iterator<Item = Entry> {
        let ([x, y], kind, first) = (self.origin_m, group.kind, group.first as usize);
        (first..first + usize::from(group.count)).map(move |at| {
            let [west, south, east, north] = self.boxes[at].map(f64::from);
            let envelope = AABB::from_corners([x + west, y + south], [x + east, y + north]);
            Entry { envelope, kind, slot: self.slots[at] }
        })
    }

    /// Entries of `kinds` whose envelope as it is kept meets another; unordered.
    pub(super) fn meeting<'a>(
        &'a self,
        envelope: AABB<[f64; 2]>,
        kinds: &'a [FeatureKind],
    ) -> impl Iterator<Item = Entry> {
        self.tree
            .locate_in_envelope_intersecting(&envelope)
            .filter(move |group| kinds.contains(&group.kind))
            .flat_map(move |group| self.of(group))
            .filter(move |entry| entry.envelope.intersects(&envelope))
    }

    /// Groups by the distance of their envelopes from a point, nearest first, with its square.
    pub(super) fn nearest(&self, point_m: [f64; 2]) -> impl Iterator<Item = (&Group, f64)> {
        self.tree.nearest_neighbor_iter_with_distance_2(&point_m)
    }

    /// Entries of the groups that are selected; unordered.
    pub(super) fn selected<S: SelectionFunction<Group>>(&self, by: S) -> impl Iterator<Item = Entry> {
        self.tree.locate_with_selection_function(by).flat_map(move |group| self.of(group))
    }
}

/// A box in 32 bits around an envelope, from a place near by.
fn outwards(envelope: &AABB<[f64; 2]>, from: [f64; 2]) -> [f32; 4] {
    let below = |offset: f64| {
        let wanted = offset - SLACK_M;
        let nearest = wanted as f32;
        if f64::from(nearest) > wanted { nearest.next_down() } else { nearest }
    };
    let (low, high) = (envelope.lower(), envelope.upper());
    [below(low[0] - from[0]), below(low[1] - from[1]), -below(from[0] - high[0]), -below(from[1] - high[1])]
}

/// Sorts entries into strips from west to east, and each strip from south to north, so that those in a row are neighbours.
fn put_neighbours_together(entries: &mut [Entry]) {
    let groups = entries.len().div_ceil(MOST);
    let strips = (groups as f64).sqrt().ceil() as usize;
    let strip = groups.div_ceil(strips.max(1)).max(1) * MOST;
    entries.par_sort_unstable_by(|a, b| a.middle(0).total_cmp(&b.middle(0)));
    entries.par_chunks_mut(strip).for_each(|strip| strip.sort_unstable_by(|a, b| a.middle(1).total_cmp(&b.middle(1))));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(slot: u32, kind: FeatureKind, x: f64, y: f64) -> Entry {
        Entry { envelope: AABB::from_corners([x, y], [x + 1.0, y + 1.0]), kind, slot }
    }

    #[test]
    fn every_entry_is_in_one_group_of_its_kind_and_groups_are_small() {
        let at = |i: u32| (f64::from(i * 7919 % 1000), f64::from(i * 104_729 % 997));
        let of = |kind, count| (0..count).map(move |slot| entry(slot, kind, at(slot).0, at(slot).1));
        let entries =
            of(FeatureKind::Parcel, 1000).chain(of(FeatureKind::RoadEdge, 1)).chain(of(FeatureKind::Building, 77));
        let groups = Groups::new(entries.collect());
        assert_eq!((groups.len(), groups.tree.size()), (1078, 63 + 1 + 5));
        let mut seen: Vec<(FeatureKind, u32)> = Vec::new();
        let (mut area, mut all) = (0.0, AABB::<[f64; 2]>::new_empty());
        for group in &groups.tree {
            let of: Vec<Entry> = groups.of(group).collect();
            assert!(!of.is_empty() && of.len() <= MOST);
            assert!(of.iter().all(|e| e.kind == group.kind && group.envelope.contains_envelope(&e.envelope)));
            seen.extend(of.iter().map(|entry| (entry.kind, entry.slot)));
            if group.kind == FeatureKind::Parcel {
                area += group.envelope.area();
                all.merge(&group.envelope);
            }
        }
        seen.sort_unstable();
        let wanted = (0..1000).map(|slot| (FeatureKind::Parcel, slot));
        let wanted =
            wanted.chain((0..77).map(|slot| (FeatureKind::Building, slot))).chain([(FeatureKind::RoadEdge, 0)]);
        assert_eq!(seen, wanted.collect::<Vec<_>>());
        // They hardly overlap: neighbours are together.
        assert!(area < 1.2 * all.area(), "{area} of {}", all.area());
    }

    #[test]
    fn a_box_is_kept_a_little_larger_than_it_is_and_never_smaller() {
        let place = |i: u32| [356_000.1 + f64::from(i) * 7.123_456_789, 3_431_000.9 + f64::from(i * i % 50_021) / 3.0];
        let of = |i: u32| {
            let [x, y] = place(i);
            let far = [x + f64::from(i % 7) / 9.0, y + f64::from(i % 11) / 7.0];
            Entry { envelope: AABB::from_corners([x, y], far), kind: FeatureKind::Building, slot: i }
        };
        let groups = Groups::new((0..5000).map(of).collect());
        let kept: Vec<Entry> = groups.tree.iter().flat_map(|group| groups.of(group)).collect();
        assert_eq!(kept.len(), 5000);
        for entry in kept {
            let is = of(entry.slot).envelope;
            assert!(entry.envelope.contains_envelope(&is), "{entry:?} is smaller than {is:?}");
            let larger = AABB::from_corners(is.lower().map(|side| side - 0.01), is.upper().map(|side| side + 0.01));
            assert!(larger.contains_envelope(&entry.envelope), "{entry:?} is much larger than {is:?}");
        }
    }

    #[test]
    fn nothing_has_no_groups() {
        let groups = Groups::new(Vec::new());
        let everywhere = AABB::from_corners([f64::MIN, f64::MIN], [f64::MAX, f64::MAX]);
        assert_eq!((groups.len(), groups.meeting(everywhere, &[FeatureKind::Parcel]).count()), (0, 0));
    }
}
