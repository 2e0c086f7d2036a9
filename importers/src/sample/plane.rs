//! Plane geometry for laying out land: points and rings.
//!
//! Rings are open (the last point is not the first again) and run counter-clockwise. Solid geometry is left to others.

use std::ops::{Add, Mul, Sub};

/// A point or vector, m.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct P {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// Shorthand for a point.
pub(super) const fn p(x: f64, y: f64) -> P {
    P { x, y }
}

impl Add for P {
    type Output = P;
    fn add(self, o: P) -> P {
        p(self.x + o.x, self.y + o.y)
    }
}

impl Sub for P {
    type Output = P;
    fn sub(self, o: P) -> P {
        p(self.x - o.x, self.y - o.y)
    }
}

impl Mul<f64> for P {
    type Output = P;
    fn mul(self, k: f64) -> P {
        p(self.x * k, self.y * k)
    }
}

impl P {
    pub(super) fn dot(self, o: P) -> f64 {
        self.x * o.x + self.y * o.y
    }

    pub(super) fn cross(self, o: P) -> f64 {
        self.x * o.y - self.y * o.x
    }

    pub(super) fn len(self) -> f64 {
        self.x.hypot(self.y)
    }

    /// The same direction with length 1; east for a null vector.
    pub(super) fn unit(self) -> P {
        let len = self.len();
        if len > 0.0 { self * (1.0 / len) } else { p(1.0, 0.0) }
    }

    /// Turned left by a right angle.
    pub(super) fn left(self) -> P {
        p(-self.y, self.x)
    }

    /// Turned left by `rad`.
    pub(super) fn turned(self, rad: f64) -> P {
        let (s, c) = rad.sin_cos();
        p(self.x * c - self.y * s, self.x * s + self.y * c)
    }

    /// Rounded to the millimetre, as surveyed coordinates are.
    pub(super) fn to_mm(self) -> P {
        p((self.x * 1000.0).round() / 1000.0, (self.y * 1000.0).round() / 1000.0)
    }
}

/// Straight interpolation.
pub(super) fn mix(a: P, b: P, t: f64) -> P {
    a + (b - a) * t
}

/// Area with sign: positive for counter-clockwise rings, m².
pub(super) fn signed_area(ring: &[P]) -> f64 {
    let Some(&o) = ring.first() else { return 0.0 };
    edges(ring).map(|(a, b)| (a - o).cross(b - o)).sum::<f64>() * 0.5
}

/// Centre of gravity.
pub(super) fn centroid(ring: &[P]) -> P {
    let o = ring[0];
    let (mut sum, mut twice) = (p(0.0, 0.0), 0.0);
    for (a, b) in edges(ring) {
        let cross = (a - o).cross(b - o);
        twice += cross;
        sum = sum + ((a - o) + (b - o)) * cross;
    }
    if twice.abs() < 1e-9 { o } else { o + sum * (1.0 / (3.0 * twice)) }
}

/// The ring's edges in order.
pub(super) fn edges(ring: &[P]) -> impl Iterator<Item = (P, P)> + '_ {
    (0..ring.len()).map(move |i| (ring[i], ring[(i + 1) % ring.len()]))
}

/// Whether the point lies in the ring (even-odd rule).
pub(super) fn contains(ring: &[P], q: P) -> bool {
    let mut inside = false;
    for (a, b) in edges(ring) {
        if (a.y > q.y) != (b.y > q.y) && q.x < a.x + (q.y - a.y) / (b.y - a.y) * (b.x - a.x) {
            inside = !inside;
        }
    }
    inside
}

/// Distance from a point to a segment, m.
pub(super) fn distance_to_segment(q: P, a: P, b: P) -> f64 {
    let ab = b - a;
    let length2 = ab.dot(ab);
    let t = if length2 > 0.0 { ((q - a).dot(ab) / length2).clamp(0.0, 1.0) } else { 0.0 };
    (q - (a + ab * t)).len()
}

/// Distance from a point to the ring's outline, m.
pub(super) fn distance_to_ring(q: P, ring: &[P]) -> f64 {
    edges(ring).map(|(a, b)| distance_to_segment(q, a, b)).fold(f64::INFINITY, f64::min)
}

/// Whether `inner` lies inside `outer`, nowhere closer to its outline than `gap` metres.
pub(super) fn fits(inner: &[P], outer: &[P], gap: f64) -> bool {
    inner.iter().all(|&q| contains(outer, q) && distance_to_ring(q, outer) >= gap)
        && outer.iter().all(|&q| !contains(inner, q) && distance_to_ring(q, inner) >= gap)
        && !edges(inner).any(|(a, b)| edges(outer).any(|(c, d)| cross_at(a, b, c, d).is_some()))
}

/// Parameters at which the segments `ab` and `cd` cross, if they do.
pub(super) fn cross_at(a: P, b: P, c: P, d: P) -> Option<(f64, f64)> {
    let (r, s) = (b - a, d - c);
    let denominator = r.cross(s);
    if denominator.abs() < 1e-12 {
        return None;
    }
    let t = (c - a).cross(s) / denominator;
    let u = (c - a).cross(r) / denominator;
    ((0.0..=1.0).contains(&t) && (0.0..=1.0).contains(&u)).then_some((t, u))
}

/// The ring moved inwards by `d` m, or `None` where it is too narrow for that.
pub(super) fn inset(ring: &[P], d: f64) -> Option<Vec<P>> {
    inset_by(ring, |_| d)
}

/// The ring with edge `i` moved inwards by `d(i)` m, or `None` where it is too narrow for that.
pub(super) fn inset_by(ring: &[P], d: impl Fn(usize) -> f64) -> Option<Vec<P>> {
    let n = ring.len();
    let mut out = Vec::with_capacity(n);
    for i in 0..n {
        let before = (i + n - 1) % n;
        let (e0, e1) = ((ring[i] - ring[before]).unit(), (ring[(i + 1) % n] - ring[i]).unit());
        let (d0, d1) = (d(before), d(i));
        let (n0, n1) = (e0.left(), e1.left());
        let sine = e0.cross(e1);
        out.push(if sine.abs() < 0.05 {
            ring[i] + (n0 + n1).unit() * (f64::midpoint(d0, d1))
        } else {
            // Where the two shifted lines meet.
            let a = ring[i] + n0 * d0;
            let b = ring[i] + n1 * d1;
            a + e0 * ((b - a).cross(e1) / sine)
        });
    }
    // Every edge must keep its direction, or the ring has turned inside out somewhere.
    let kept = (0..n).all(|i| (out[(i + 1) % n] - out[i]).dot(ring[(i + 1) % n] - ring[i]) > 0.0);
    (kept && signed_area(&out) > 1.0).then_some(out)
}

/// The smallest rectangle around a ring: centre, unit long axis, length and width, m.
pub(super) fn tight_box(ring: &[P]) -> (P, P, f64, f64) {
    let mut best = (ring[0], p(1.0, 0.0), f64::INFINITY, f64::INFINITY);
    for (a, b) in edges(ring) {
        let ex = (b - a).unit();
        let ey = ex.left();
        let (mut low, mut high) = (p(f64::INFINITY, f64::INFINITY), p(f64::NEG_INFINITY, f64::NEG_INFINITY));
        for &q in ring {
            let local = p(q.dot(ex), q.dot(ey));
            low = p(low.x.min(local.x), low.y.min(local.y));
            high = p(high.x.max(local.x), high.y.max(local.y));
        }
        let (w, h) = (high.x - low.x, high.y - low.y);
        if w * h < best.2 * best.3 {
            let mid = mix(low, high, 0.5);
            let centre = ex * mid.x + ey * mid.y;
            best = if w >= h { (centre, ex, w, h) } else { (centre, ey, h, w) };
        }
    }
    best
}

/// Points along a path no farther than `step` m apart, ends included.
pub(super) fn densified(a: P, b: P, step: f64) -> Vec<P> {
    let pieces = ((b - a).len() / step).ceil().max(1.0) as usize;
    (0..=pieces).map(|k| mix(a, b, k as f64 / pieces as f64)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn insets_and_fits() {
        let ring = vec![p(0.0, 0.0), p(10.0, 0.0), p(10.0, 6.0), p(0.0, 6.0)];
        let inner = inset(&ring, 1.0).unwrap();
        assert!((signed_area(&inner) - 32.0).abs() < 1e-9);
        assert!(inset(&ring, 3.5).is_none());
        assert!(fits(&inner, &ring, 0.99) && !fits(&inner, &ring, 1.01));
        let (centre, axis, long, wide) = tight_box(&ring);
        assert!((centre - p(5.0, 3.0)).len() < 1e-9 && axis.y.abs() < 1e-9);
        assert!((long - 10.0).abs() < 1e-9 && (wide - 6.0).abs() < 1e-9);
        assert!((centroid(&ring) - p(5.0, 3.0)).len() < 1e-9);
    }
}
