//! A building site in its own axes: x along the front, y inwards, and the largest clear rectangles in it.
//!
//! Which buildings go there is left to `compounds`.

use super::parcels::Parcel;
use super::plane::{P, edges, fits, p};

/// A rectangle in site axes, m.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub(super) x0: f64,
    pub(super) y0: f64,
    pub(super) x1: f64,
    pub(super) y1: f64,
}

impl Rect {
    pub(super) fn new(x0: f64, y0: f64, w: f64, d: f64) -> Self {
        Self { x0, y0, x1: x0 + w, y1: y0 + d }
    }

    pub(super) fn w(&self) -> f64 {
        self.x1 - self.x0
    }

    pub(super) fn d(&self) -> f64 {
        self.y1 - self.y0
    }

    pub(super) fn ring(&self) -> Vec<P> {
        vec![p(self.x0, self.y0), p(self.x1, self.y0), p(self.x1, self.y1), p(self.x0, self.y1)]
    }

    /// Whether the two come closer than `gap` metres.
    pub(super) fn near(&self, o: &Rect, gap: f64) -> bool {
        self.x0 < o.x1 + gap && o.x0 < self.x1 + gap && self.y0 < o.y1 + gap && o.y0 < self.y1 + gap
    }
}

/// What a structure is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Hall,
    Factory,
    Warehouse,
    Office,
    Laboratory,
    Shop,
    Dormitory,
    Canteen,
    Gatehouse,
    Ancillary,
    Process,
    Tank,
    Basin,
    Utility,
    FireStation,
    Public,
    Chimney,
}

impl Purpose {
    /// The word in the building file.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Hall => "单层厂房",
            Self::Factory => "多层厂房",
            Self::Warehouse => "仓库",
            Self::Office => "办公",
            Self::Laboratory => "研发",
            Self::Shop => "商业",
            Self::Dormitory => "宿舍",
            Self::Canteen => "食堂",
            Self::Gatehouse => "门卫",
            Self::Ancillary => "附属用房",
            Self::Process => "生产装置",
            Self::Tank => "储罐",
            Self::Basin => "池体",
            Self::Utility => "公用设施",
            Self::FireStation => "消防站",
            Self::Public => "公共服务",
            Self::Chimney => "烟囱",
        }
    }

    /// Floors that a tenant can take.
    pub(super) const fn lettable(self) -> bool {
        matches!(self, Self::Hall | Self::Factory | Self::Warehouse | Self::Office | Self::Laboratory | Self::Shop)
    }
}

/// A structure on a site.
#[derive(Debug, Clone)]
pub(super) struct Mass {
    pub(super) ring: Vec<P>,
    pub(super) purpose: Purpose,
    pub(super) name: &'static str,
    pub(super) storeys: u32,
    pub(super) storey_height_m: f64,
}

/// A site with what has been put on it.
pub(super) struct Site {
    origin: P,
    along: P,
    outline: Vec<P>,
    taken: Vec<Rect>,
    pub(super) masses: Vec<Mass>,
    /// Open storage yards, and bunds around tanks.
    pub(super) yards: Vec<Rect>,
    pub(super) bunds: Vec<Rect>,
}

impl Site {
    /// The site of a parcel; its axes follow the longest edge of the main front.
    pub(super) fn new(parcel: &Parcel) -> Self {
        let (ring, tags) = (&parcel.lot.ring, &parcel.lot.tags);
        let wanted = parcel.street as i32;
        let mut best = (0.0, ring[0], p(1.0, 0.0));
        for ((a, b), &tag) in edges(ring).zip(tags) {
            let weight = (b - a).len() * if tag == wanted { 1.0 } else { 0.01 };
            if weight > best.0 {
                best = (weight, a, (b - a).unit());
            }
        }
        let (_, origin, along) = best;
        let outline = ring.iter().map(|&q| p((q - origin).dot(along), (q - origin).dot(along.left()))).collect();
        Self { origin, along, outline, taken: Vec::new(), masses: Vec::new(), yards: Vec::new(), bunds: Vec::new() }
    }

    /// Park coordinates of a site point.
    pub(super) fn place(&self, q: P) -> P {
        (self.origin + self.along * q.x + self.along.left() * q.y).to_mm()
    }

    /// Direction of the front in the park, as a unit vector.
    pub(super) fn along(&self) -> P {
        self.along
    }

    /// The largest rectangle at least `gap` m inside the outline and `gap` m from what was marked taken.
    pub(super) fn clear_rect(&self, gap: f64, front_m: f64) -> Option<Rect> {
        let low = self.outline.iter().map(|q| q.y).fold(f64::INFINITY, f64::min);
        let high = self.outline.iter().map(|q| q.y).fold(f64::NEG_INFINITY, f64::max);
        let rows = (((high - low) / 3.0) as usize).clamp(8, 48);
        let y_of = |k: usize| low + (high - low) * (k as f64 + 0.02) / (rows as f64 - 0.96);
        let spans: Vec<Vec<(f64, f64)>> = (0..rows).map(|k| self.spans(y_of(k))).collect();
        let mut best: Option<(f64, Rect)> = None;
        for first in 0..rows {
            for &start in &spans[first] {
                let mut span = start;
                for (last, row) in spans.iter().enumerate().skip(first) {
                    let widest = row
                        .iter()
                        .map(|s| (s.0.max(span.0), s.1.min(span.1)))
                        .max_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)));
                    match widest {
                        Some(s) if s.1 - s.0 > 2.0 * gap + 8.0 => span = s,
                        _ => break,
                    }
                    // The front is set back farther than the other sides.
                    let bottom = f64::max(y_of(first) + gap, low.max(0.0) + front_m);
                    let rect = Rect { x0: span.0 + gap, y0: bottom, x1: span.1 - gap, y1: y_of(last) - gap };
                    if rect.d() < 8.0 {
                        continue;
                    }
                    // Very thin rectangles are of little use.
                    let score = rect.w() * rect.d() * (rect.w().min(rect.d()) / 40.0).min(1.0);
                    if best.as_ref().is_none_or(|b| score > b.0) {
                        best = Some((score, rect));
                    }
                }
            }
        }
        best.map(|b| b.1)
    }

    /// Where the horizontal line at `y` is inside the outline and clear of what is taken.
    fn spans(&self, y: f64) -> Vec<(f64, f64)> {
        let mut xs: Vec<f64> = edges(&self.outline)
            .filter(|(a, b)| (a.y > y) != (b.y > y))
            .map(|(a, b)| a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x))
            .collect();
        xs.sort_by(f64::total_cmp);
        let mut spans: Vec<(f64, f64)> = xs.chunks_exact(2).map(|c| (c[0], c[1])).collect();
        for rect in self.taken.iter().filter(|r| r.y0 <= y && y <= r.y1) {
            spans = spans
                .into_iter()
                .flat_map(|(a, b)| [(a, b.min(rect.x0)), (a.max(rect.x1), b)])
                .filter(|(a, b)| b > a)
                .collect();
        }
        spans
    }

    /// Keep later rectangles out of this one.
    pub(super) fn take(&mut self, rect: Rect) {
        self.taken.push(rect);
    }

    /// Put a structure with outline `ring` here unless it would leave the site or come near another one. Tells whether it stands.
    pub(super) fn put(&mut self, ring: Vec<P>, mass: (Purpose, &'static str, u32, f64), gap: f64) -> bool {
        let bounds = bounds(&ring);
        if !fits(&ring, &self.outline, 2.0)
            || self.masses.iter().any(|m| super::site::bounds(&m.ring).near(&bounds, gap))
        {
            return false;
        }
        let (purpose, name, storeys, storey_height_m) = mass;
        self.masses.push(Mass { ring, purpose, name, storeys, storey_height_m });
        true
    }

    /// Put a rectangle.
    pub(super) fn block(&mut self, rect: Rect, mass: (Purpose, &'static str, u32, f64)) -> bool {
        rect.w() > 3.0 && rect.d() > 3.0 && self.put(rect.ring(), mass, 4.0)
    }

    /// Put a round structure, as a polygon of 24 sides.
    pub(super) fn round(&mut self, centre: P, radius: f64, mass: (Purpose, &'static str, u32, f64)) -> bool {
        let ring = (0..24)
            .map(|k| centre + p(radius, 0.0).turned(std::f64::consts::TAU * (f64::from(k) + 0.5) / 24.0))
            .collect();
        self.put(ring, mass, 1.5)
    }

    /// Put an L: the whole front of `rect` `wing` m deep, and one side.
    pub(super) fn ell(
        &mut self,
        rect: Rect,
        wing: f64,
        at_left: bool,
        mass: (Purpose, &'static str, u32, f64),
    ) -> bool {
        let Rect { x0, y0, x1, y1 } = rect;
        let ring = if at_left {
            vec![p(x0, y0), p(x1, y0), p(x1, y0 + wing), p(x0 + wing, y0 + wing), p(x0 + wing, y1), p(x0, y1)]
        } else {
            vec![p(x0, y0), p(x1, y0), p(x1, y1), p(x1 - wing, y1), p(x1 - wing, y0 + wing), p(x0, y0 + wing)]
        };
        self.put(ring, mass, 4.0)
    }

    /// Put a U open to the back.
    pub(super) fn u_shape(&mut self, rect: Rect, wing: f64, mass: (Purpose, &'static str, u32, f64)) -> bool {
        let Rect { x0, y0, x1, y1 } = rect;
        let ring = vec![
            p(x0, y0),
            p(x1, y0),
            p(x1, y1),
            p(x1 - wing, y1),
            p(x1 - wing, y0 + wing),
            p(x0 + wing, y0 + wing),
            p(x0 + wing, y1),
            p(x0, y1),
        ];
        self.put(ring, mass, 4.0)
    }

    /// Lay out an open yard where nothing stands.
    pub(super) fn yard(&mut self, rect: Rect) {
        let free = rect.w() > 12.0
            && rect.d() > 12.0
            && fits(&rect.ring(), &self.outline, 3.0)
            && !self.masses.iter().any(|m| bounds(&m.ring).near(&rect, 2.0))
            && !self.yards.iter().any(|y| y.near(&rect, 0.5));
        if free {
            self.yards.push(rect);
        }
    }
}

/// The rectangle around a ring in site axes.
pub(super) fn bounds(ring: &[P]) -> Rect {
    ring.iter()
        .fold(Rect { x0: f64::INFINITY, y0: f64::INFINITY, x1: f64::NEG_INFINITY, y1: f64::NEG_INFINITY }, |r, q| {
            Rect { x0: r.x0.min(q.x), y0: r.y0.min(q.y), x1: r.x1.max(q.x), y1: r.y1.max(q.y) }
        })
}
