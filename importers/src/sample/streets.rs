//! Streets: the grid of arterials and collectors with its bridges, local streets, the rail spur, names and junctions.
//!
//! A street is straight on the plan and bends when placed. What lies between streets is left to `blocks`.

use super::dice::Dice;
use super::layout::{Layout, RIVER_ROW, ROWS_PER_BAND};
use super::plane::{P, cross_at, densified, mix, p};
use super::street_names::{ACROSS_NAMES, ALONG_NAMES, LOCAL_NAMES, named};

/// Streets beyond the park's edge run on for this length, m.
const APPROACH_M: f64 = 185.0;
/// A local street that would meet another one this close on the far side of a street is moved to make a crossing, m.
const SNAP_M: f64 = 38.0;

/// Class of a street.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum StreetClass {
    Arterial,
    Collector,
    Local,
    Rail,
}

impl StreetClass {
    /// The word in the road file.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Arterial => "主干路",
            Self::Collector => "次干路",
            Self::Local => "支路",
            Self::Rail => "铁路专用线",
        }
    }
}

/// A street, straight on the plan.
#[derive(Debug)]
pub(super) struct Street {
    pub(super) class: StreetClass,
    pub(super) name: String,
    /// Carriageway, m.
    pub(super) width_m: f64,
    /// Pavement and green between carriageway and land, m.
    pub(super) verge_m: f64,
    /// Ends on the plan.
    pub(super) a: P,
    pub(super) b: P,
    /// Where other streets meet it: metres from `a`, junction number; ascending.
    pub(super) marks: Vec<(f64, usize)>,
}

impl Street {
    pub(super) fn length(&self) -> f64 {
        (self.b - self.a).len()
    }

    pub(super) fn direction(&self) -> P {
        (self.b - self.a).unit()
    }

    /// Plan point `t` metres from `a` and `offset` metres to the left.
    pub(super) fn at(&self, t: f64, offset: f64) -> P {
        let d = self.direction();
        self.a + d * t + d.left() * offset
    }

    /// From the centre line to the land, m.
    pub(super) fn half_reserve_m(&self) -> f64 {
        self.width_m / 2.0 + self.verge_m
    }
}

/// A place where streets meet.
#[derive(Debug)]
pub(super) struct Junction {
    pub(super) at: P,
    pub(super) streets: Vec<usize>,
}

/// All streets.
#[derive(Debug, Default)]
pub(super) struct Streets {
    pub(super) list: Vec<Street>,
    pub(super) junctions: Vec<Junction>,
    /// Street along the south side of each row, by row line.
    across: Vec<usize>,
    /// Street along the west side of each column, by column line and row; `usize::MAX` where the river has no bridge.
    along: Vec<Vec<usize>>,
    /// Column line and band of each bridge.
    pub(super) bridges: Vec<(usize, usize)>,
}

impl Streets {
    /// The grid streets with their junctions; local streets are added while blocks are cut.
    pub(super) fn grid(layout: &Layout) -> Self {
        let mut streets = Self::default();
        let mut dice = Dice::new(layout.seed, "streets", 0);
        streets.lay_across(layout, &mut dice);
        streets.lay_along(layout, &mut dice);
        let crossings: Vec<(usize, usize)> = {
            let mut pairs = Vec::new();
            for pieces in &streets.along {
                let mut seen: Vec<usize> = pieces.iter().copied().filter(|&s| s != usize::MAX).collect();
                seen.dedup();
                for s in seen {
                    let (low, high) = (streets.list[s].a.y - 0.01, streets.list[s].b.y + 0.01);
                    for &t in &streets.across {
                        if (low..high).contains(&streets.list[t].a.y) {
                            pairs.push((s, t));
                        }
                    }
                }
            }
            pairs
        };
        for (s, t) in crossings {
            let at = p(streets.list[s].a.x, streets.list[t].a.y);
            streets.join(at, &[s, t]);
        }
        streets
    }

    fn lay_across(&mut self, layout: &Layout, dice: &mut Dice) {
        let (w, _) = layout.extent();
        let (mut plain, mut bands_named) = (0, 0);
        for (line, &v) in layout.rows.iter().enumerate() {
            let (class, width_m, name) = match line % ROWS_PER_BAND {
                1 => (StreetClass::Local, 12.0, named(&["滨河路"], line / ROWS_PER_BAND, ("滨河", "路"))),
                2 => (StreetClass::Collector, 20.0, named(&["临江路"], line / ROWS_PER_BAND, ("临江", "路"))),
                4 => {
                    bands_named += 1;
                    (StreetClass::Arterial, 32.0, named(&["创新大道"], bands_named - 1, ("创新", "大道")))
                }
                _ => {
                    plain += 1;
                    let width = *dice.pick(&[16.0, 18.0, 18.0]);
                    (StreetClass::Collector, width, named(&ACROSS_NAMES, plain - 1, ("纬", "路")))
                }
            };
            let (west, east) = match class {
                StreetClass::Arterial => (APPROACH_M, APPROACH_M),
                _ if line % ROWS_PER_BAND == 2 => (0.0, APPROACH_M),
                _ => (0.0, 0.0),
            };
            self.across.push(self.list.len());
            self.push(class, name, width_m, p(-west, v), p(w + east, v));
        }
    }

    fn lay_along(&mut self, layout: &Layout, dice: &mut Dice) {
        let (_, h) = layout.extent();
        let mut plain = 0;
        for (line, &u) in layout.columns.iter().enumerate() {
            let tile = layout.tile_of(line.min(layout.columns.len() - 2));
            let arterial = layout.arterial_of(tile) == line;
            let bridged = arterial || layout.tiles[1..].contains(&line);
            let (class, width_m, name) = if arterial {
                (StreetClass::Arterial, 24.0, named(&["清溪大道"], tile, ("清溪", "大道")))
            } else {
                plain += 1;
                let width = *dice.pick(&[16.0, 18.0, 20.0]);
                (StreetClass::Collector, width, named(&ALONG_NAMES, plain - 1, ("经", "路")))
            };
            let approach = if arterial { APPROACH_M } else { 0.0 };
            let mut by_row = Vec::with_capacity(layout.rows.len() - 1);
            let mut from = -approach;
            for row in 0..layout.rows.len() - 1 {
                if row % ROWS_PER_BAND == RIVER_ROW {
                    if bridged {
                        self.bridges.push((line, row / ROWS_PER_BAND));
                        by_row.push(self.list.len());
                    } else {
                        self.push(class, name.clone(), width_m, p(u, from), p(u, layout.rows[row]));
                        from = layout.rows[row + 1];
                        by_row.push(usize::MAX);
                    }
                } else {
                    by_row.push(self.list.len());
                }
            }
            self.push(class, name, width_m, p(u, from), p(u, h + approach));
            self.along.push(by_row);
        }
    }

    fn push(&mut self, class: StreetClass, name: String, width_m: f64, a: P, b: P) -> usize {
        let verge_m = match class {
            StreetClass::Arterial => 9.0,
            StreetClass::Collector => 6.5,
            StreetClass::Local => 4.5,
            StreetClass::Rail => 8.0,
        };
        self.list.push(Street { class, name, width_m, verge_m, a, b, marks: Vec::new() });
        self.list.len() - 1
    }

    fn join(&mut self, at: P, streets: &[usize]) -> usize {
        let junction = self.junctions.len();
        self.junctions.push(Junction { at, streets: streets.to_vec() });
        for &s in streets {
            self.mark(s, at, junction);
        }
        junction
    }

    fn mark(&mut self, s: usize, at: P, junction: usize) {
        let street = &mut self.list[s];
        let t = (at - street.a).len();
        let place = street.marks.partition_point(|mark| mark.0 < t);
        street.marks.insert(place, (t, junction));
    }

    /// Plan easting, width and band of each bridge.
    pub(super) fn decks(&self, layout: &Layout) -> impl Iterator<Item = (f64, f64, usize)> {
        self.bridges
            .iter()
            .map(|&(line, band)| {
                let street = self.along[line][band * ROWS_PER_BAND + RIVER_ROW];
                (layout.columns[line], self.list[street].width_m, band)
            })
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// The streets around a superblock: south, east, north, west. A side on the river counts as its street, too.
    pub(super) fn around(&self, column: usize, row: usize) -> [usize; 4] {
        [self.across[row], self.along[column + 1][row], self.across[row + 1], self.along[column][row]]
    }

    /// A rail spur between two plan points; it has no junctions.
    pub(super) fn add_rail(&mut self, a: P, b: P) -> usize {
        self.push(StreetClass::Rail, "铁路专用线".to_owned(), 6.0, a, b)
    }

    /// Where a local street that should end at `wanted` on street `s` ends best: at a local street from the other side if one is near.
    pub(super) fn local_end(&self, s: usize, wanted: P) -> P {
        let street = &self.list[s];
        let near = street.marks.iter().map(|&(_, j)| &self.junctions[j]).filter(|j| (j.at - wanted).len() < SNAP_M);
        near.min_by(|x, y| (x.at - wanted).len().total_cmp(&(y.at - wanted).len())).map_or(wanted, |j| j.at)
    }

    /// A local street from `a` on street `from` to `b` on street `to`.
    pub(super) fn add_local(
        &mut self,
        (a, from): (P, usize),
        (b, to): (P, usize),
        width_m: f64,
        number: usize,
    ) -> usize {
        let s = self.push(StreetClass::Local, named(&LOCAL_NAMES, number, ("园区", "号路")), width_m, a, b);
        for (at, on) in [(a, from), (b, to)] {
            let here = self.list[on].marks.iter().map(|m| m.1).find(|&j| (self.junctions[j].at - at).len() < 0.01);
            match here {
                Some(junction) => {
                    self.junctions[junction].streets.push(s);
                    self.mark(s, at, junction);
                }
                None => {
                    self.join(at, &[on, s]);
                }
            }
        }
        s
    }

    /// Where the axes of two streets, each moved to its left by its own offset, meet on the plan.
    pub(super) fn meeting(&self, s: usize, offset_s: f64, t: usize, offset_t: f64) -> Option<P> {
        let (s, t) = (&self.list[s], &self.list[t]);
        // Offsets can carry the meeting point a little beyond an end, so both lines are made longer.
        let over = 60.0;
        let (a, b) = (s.at(-over, offset_s), s.at(s.length() + over, offset_s));
        let (c, d) = (t.at(-over, offset_t), t.at(t.length() + over, offset_t));
        cross_at(a, b, c, d).map(|(k, _)| mix(a, b, k))
    }

    /// Centre lines between junctions, placed in the park: street number and points.
    pub(super) fn centre_lines(&self, layout: &Layout) -> Vec<(usize, Vec<P>)> {
        let mut lines = Vec::new();
        for (s, street) in self.list.iter().enumerate() {
            let mut stops = vec![0.0];
            for &(t, _) in &street.marks {
                if t - stops[stops.len() - 1] > 1.0 && street.length() - t > 1.0 {
                    stops.push(t);
                }
            }
            stops.push(street.length());
            for pair in stops.windows(2) {
                let path = densified(street.at(pair[0], 0.0), street.at(pair[1], 0.0), 30.0);
                lines.push((s, path.into_iter().map(|q| layout.place(q).to_mm()).collect()));
            }
        }
        lines
    }
}
