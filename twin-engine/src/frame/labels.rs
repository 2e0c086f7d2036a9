//! Room on the page: what is taken, and where a label still fits.

use bevy_egui::egui::{Pos2, Rect, Vec2, pos2};

/// Rectangles that are taken, in a coarse grid so that asking stays cheap with thousands of them.
#[derive(Debug)]
pub(super) struct Room {
    page: Rect,
    cell: f32,
    columns: usize,
    cells: Vec<Vec<Rect>>,
}

impl Room {
    /// Room on `page`, less what is `taken`.
    pub(super) fn new(page: Rect, taken: &[Rect]) -> Self {
        let cell = 48.0;
        let columns = (page.width() / cell).ceil().max(1.0) as usize;
        let rows = (page.height() / cell).ceil().max(1.0) as usize;
        let mut room = Self { page, cell, columns, cells: vec![Vec::new(); columns * rows] };
        for rect in taken {
            room.take(*rect);
        }
        room
    }

    /// True when `rect` is on the page and touches nothing taken.
    pub(super) fn is_free(&self, rect: Rect) -> bool {
        self.page.contains_rect(rect)
            && self.spots(rect).all(|spot| !self.cells[spot].iter().any(|r| r.intersects(rect)))
    }

    /// Marks `rect` as taken.
    pub(super) fn take(&mut self, rect: Rect) {
        let spots: Vec<usize> = self.spots(rect).collect();
        for spot in spots {
            self.cells[spot].push(rect);
        }
    }

    /// The first free place for a label of `size` beside a symbol of `reach` at `at`, taken at once.
    pub(super) fn place_label(&mut self, at: Pos2, reach: f32, size: Vec2) -> Option<Pos2> {
        let half = size * 0.5;
        let corners = [
            pos2(at.x + reach, at.y - half.y),
            pos2(at.x - half.x, at.y - reach - size.y),
            pos2(at.x - half.x, at.y + reach),
            pos2(at.x - reach - size.x, at.y - half.y),
        ];
        let corner = corners.into_iter().find(|corner| self.is_free(Rect::from_min_size(*corner, size).expand(2.0)))?;
        self.take(Rect::from_min_size(corner, size));
        Some(corner)
    }

    fn spots(&self, rect: Rect) -> impl Iterator<Item = usize> + use<> {
        let columns = self.columns;
        let rows = self.cells.len() / columns;
        let index = |v: f32, low: f32, count: usize| (((v - low) / self.cell).max(0.0) as usize).min(count - 1);
        let (c0, c1) = (index(rect.min.x, self.page.min.x, columns), index(rect.max.x, self.page.min.x, columns));
        let (r0, r1) = (index(rect.min.y, self.page.min.y, rows), index(rect.max.y, self.page.min.y, rows));
        (r0..=r1).flat_map(move |r| (c0..=c1).map(move |c| r * columns + c))
    }
}

#[cfg(test)]
mod tests {
    use bevy_egui::egui::vec2;

    use super::*;

    #[test]
    fn labels_never_overlap_and_stay_on_the_page() {
        let page = Rect::from_min_size(Pos2::ZERO, vec2(640.0, 360.0));
        let panel = Rect::from_min_size(Pos2::ZERO, vec2(200.0, 90.0));
        let mut room = Room::new(page, &[panel]);
        let size = vec2(70.0, 14.0);
        let mut placed: Vec<Rect> = vec![panel];
        for k in 0..400 {
            let at = pos2((k * 37 % 640) as f32, (k * 91 % 360) as f32);
            if let Some(corner) = room.place_label(at, 8.0, size) {
                let rect = Rect::from_min_size(corner, size);
                assert!(page.contains_rect(rect));
                assert!(placed.iter().all(|other| !other.intersects(rect)));
                placed.push(rect);
            }
        }
        assert!(placed.len() > 30, "{}", placed.len());
    }
}
