//! Lots: rings whose edges know the street they face, and cutting and joining them.
//!
//! Where to cut is left to `blocks` and `parcels`.

use super::plane::{P, edges, mix, signed_area};

/// Tag of an edge that borders another lot.
pub(super) const INTERIOR: i32 = -1;

/// A ring whose edge `i` (from point `i` to the next) carries the number of the street it faces, or [`INTERIOR`].
#[derive(Debug, Clone)]
pub(super) struct Lot {
    pub(super) ring: Vec<P>,
    pub(super) tags: Vec<i32>,
}

impl Lot {
    pub(super) fn area(&self) -> f64 {
        signed_area(&self.ring)
    }

    /// Length of the edges that face a street, m.
    pub(super) fn frontage(&self) -> f64 {
        edges(&self.ring).zip(&self.tags).filter(|(_, tag)| **tag >= 0).map(|((a, b), _)| (b - a).len()).sum()
    }

    /// Cut by the line through `o` along `direction`: the piece left of it and the piece right of it.
    /// The cut edge gets `tag`. `None` unless the line crosses the outline exactly twice.
    pub(super) fn cut(&self, o: P, direction: P, tag: i32) -> Option<(Lot, Lot)> {
        let n = self.ring.len();
        let side: Vec<f64> = self.ring.iter().map(|&q| direction.cross(q - o)).collect();
        if side.iter().any(|s| s.abs() < 1e-6)
            || (0..n).filter(|&i| (side[i] > 0.0) != (side[(i + 1) % n] > 0.0)).count() != 2
        {
            return None;
        }
        let (mut left, mut right) = (Lot::empty(), Lot::empty());
        for i in 0..n {
            let next = (i + 1) % n;
            let (here, there) = if side[i] > 0.0 { (&mut left, &mut right) } else { (&mut right, &mut left) };
            here.push(self.ring[i], self.tags[i]);
            if (side[i] > 0.0) != (side[next] > 0.0) {
                let q = mix(self.ring[i], self.ring[next], side[i] / (side[i] - side[next]));
                here.push(q, tag);
                there.push(q, self.tags[i]);
            }
        }
        Some((left, right))
    }

    /// This lot and `other` as one, where `other`'s outline shares a piece of this lot's edge that starts or ends at a common corner.
    pub(super) fn merged(&self, other: &Lot) -> Option<Lot> {
        let n = self.ring.len();
        let m = other.ring.len();
        for i in 0..n {
            let (a, b) = (self.ring[i], self.ring[(i + 1) % n]);
            // `other` runs against this edge: either it starts at `b`, or it ends at `a`.
            for j in 0..m {
                let (c, d) = (other.ring[j], other.ring[(j + 1) % m]);
                let along = (b - a).cross(d - c).abs() < 1e-6 * (b - a).len() * (d - c).len();
                if !along || (b - a).dot(d - c) >= 0.0 || !(c == b || d == a) {
                    continue;
                }
                let mut out = Lot::empty();
                for k in 0..=i {
                    out.push(self.ring[k], self.tags[k]);
                }
                if d == a {
                    out.ring.pop();
                    out.tags.pop();
                }
                // From `d` all the way round `other` to `c`.
                for k in 0..m {
                    let at = (j + 1 + k) % m;
                    out.push(other.ring[at], other.tags[at]);
                }
                if c == b {
                    out.ring.pop();
                    out.tags.pop();
                } else if let Some(last) = out.tags.last_mut() {
                    *last = self.tags[i];
                }
                for k in i + 1..n {
                    out.push(self.ring[k], self.tags[k]);
                }
                return Some(out);
            }
        }
        None
    }

    fn empty() -> Lot {
        Lot { ring: Vec::new(), tags: Vec::new() }
    }

    fn push(&mut self, q: P, tag: i32) {
        self.ring.push(q);
        self.tags.push(tag);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::plane::p;

    fn rectangle(w: f64, h: f64) -> Lot {
        Lot { ring: vec![p(0.0, 0.0), p(w, 0.0), p(w, h), p(0.0, h)], tags: vec![7, INTERIOR, INTERIOR, INTERIOR] }
    }

    #[test]
    fn a_cut_keeps_area_and_tags() {
        let (left, right) = rectangle(10.0, 4.0).cut(p(3.0, 0.0), p(0.0, 1.0), INTERIOR).unwrap();
        assert!((left.area() - 12.0).abs() < 1e-9 && (right.area() - 28.0).abs() < 1e-9);
        assert!((left.frontage() - 3.0).abs() < 1e-9 && (right.frontage() - 7.0).abs() < 1e-9);
        assert!(rectangle(10.0, 4.0).cut(p(30.0, 0.0), p(0.0, 1.0), INTERIOR).is_none());
    }

    #[test]
    fn merging_a_piece_makes_an_l() {
        let (left, right) = rectangle(10.0, 4.0).cut(p(3.0, 0.0), p(0.0, 1.0), INTERIOR).unwrap();
        for keep_upper in [true, false] {
            let (upper, lower) = right.cut(p(0.0, 2.0), p(1.0, 0.0), INTERIOR).unwrap();
            let piece = if keep_upper { upper } else { lower };
            let joined = left.merged(&piece).unwrap();
            assert!((joined.area() - 26.0).abs() < 1e-9, "{joined:?}");
            assert_eq!(joined.ring.len(), joined.tags.len());
            let front = if keep_upper { 3.0 } else { 10.0 };
            assert!((joined.frontage() - front).abs() < 1e-9, "{joined:?}");
        }
    }
}
