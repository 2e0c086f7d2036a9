//! A cut as the passes of a scene read it, and which tiles it touches. Numbers only; who is given them is left to `scene`.

use bevy::camera::primitives::Aabb;
use bevy::math::{Vec2, Vec4};
use bevy::render::render_resource::ShaderType;

use super::Cut;
use crate::mesh::{Ground, Layer};
use crate::space::SceneOrigin;
use crate::theme::Theme;

/// How far what is drawn of a tile may reach beyond the box around its points (roads are drawn around their middle), m.
const MARGIN_M: f32 = 30.0;

/// `Cut` in `common.wgsl`.
#[derive(Debug, Clone, Copy, PartialEq, ShaderType)]
pub(crate) struct CutUniform {
    plane: Vec4,
    bounds: Vec4,
    pit: Vec4,
    earth: Vec4,
    corners: [Vec4; shaders::MOST_CORNERS / 2],
}

/// What a cut does to a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meets {
    /// Nothing.
    Untouched,
    /// A part of it goes.
    Touched,
    /// All of it goes.
    Gone,
}

/// A cut in the scene.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SceneCut {
    /// Unit vector (scene x and z) towards the side that goes, and how far along it the plane is.
    plane: Option<(Vec2, f32)>,
    pit: Option<Pit>,
    /// Pipes show without a pit.
    underground: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Pit {
    corners: Vec<Vec2>,
    low: Vec2,
    high: Vec2,
    floor: f32,
}

/// What a pass does at a pit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AtPit {
    Nothing,
    /// It is the ground or lies on it: not within the pit.
    Open,
    /// It shows nowhere but within the pit.
    Only,
}

impl SceneCut {
    /// The cut on a ground. `underground`: pipes show everywhere.
    pub(crate) fn new(cut: &Cut, ground: &Ground, origin: &SceneOrigin, underground: bool) -> Self {
        let plan = |at: bevy::math::DVec2| {
            let scene = origin.scene_from_park(at.x, at.y, origin.z_m);
            Vec2::new(scene.x, scene.z)
        };
        let plane = cut.section.map(|section| {
            let near = section.near();
            let near = Vec2::new(near.x as f32, -near.y as f32);
            (near, near.dot(plan(section.middle())))
        });
        let pit = cut.dig.as_ref().map(|dig| {
            let corners: Vec<Vec2> = dig.corners().map(plan).collect();
            let low = corners.iter().copied().fold(Vec2::INFINITY, Vec2::min);
            let high = corners.iter().copied().fold(Vec2::NEG_INFINITY, Vec2::max);
            Pit { corners, low, high, floor: (dig.floor_m(ground) - origin.z_m) as f32 }
        });
        Self { plane, pit, underground }
    }

    /// Nothing cut.
    pub(crate) const fn nothing() -> Self {
        Self { plane: None, pit: None, underground: false }
    }

    /// What happens to a tile of `layer` in the box.
    pub(crate) fn meets(&self, layer: Layer, aabb: &Aabb) -> Meets {
        let centre = Vec2::new(aabb.center.x, aabb.center.z);
        let half = Vec2::new(aabb.half_extents.x, aabb.half_extents.z) + MARGIN_M;
        let mut met = Meets::Untouched;
        if let Some((near, at)) = self.plane.filter(|_| !matches!(layer, Layer::Sky | Layer::Cap)) {
            let (middle, reach) = (near.dot(centre) - at, near.abs().dot(half));
            if middle > reach {
                return Meets::Gone;
            }
            if middle > -reach {
                met = Meets::Touched;
            }
        }
        let overlaps = self
            .pit
            .as_ref()
            .is_some_and(|pit| (centre + half).cmpgt(pit.low).all() && (centre - half).cmplt(pit.high).all());
        match self.at_pit(layer) {
            AtPit::Open | AtPit::Only if overlaps => Meets::Touched,
            AtPit::Only => Meets::Gone,
            _ => met,
        }
    }

    fn at_pit(&self, layer: Layer) -> AtPit {
        match layer {
            _ if self.pit.is_none() => AtPit::Nothing,
            Layer::Terrain
            | Layer::Surface
            | Layer::SurfaceLine
            | Layer::RoadCasing
            | Layer::Road
            | Layer::Zone
            | Layer::Parcel
            | Layer::Shadow
            | Layer::ParcelLine
            | Layer::ZoneLine => AtPit::Open,
            Layer::Pipe if !self.underground => AtPit::Only,
            _ => AtPit::Nothing,
        }
    }

    /// What the shaders of a pass read.
    pub(crate) fn uniform(&self, theme: &Theme, layer: Layer) -> CutUniform {
        let at_pit = match self.at_pit(layer) {
            AtPit::Nothing => 0.0,
            AtPit::Open => 1.0,
            AtPit::Only => 2.0,
        };
        // Without a plane nothing is beyond it.
        let (near, at) = self.plane.unwrap_or((Vec2::ZERO, 1.0));
        let mut corners = [Vec4::ZERO; shaders::MOST_CORNERS / 2];
        let (mut bounds, mut pit) = (Vec4::new(1.0, 1.0, -1.0, -1.0), Vec4::ZERO);
        if let Some(own) = &self.pit {
            for (i, corner) in own.corners.iter().take(shaders::MOST_CORNERS).enumerate() {
                let pair = &mut corners[i / 2];
                if i % 2 == 0 {
                    (pair.x, pair.y) = (corner.x, corner.y);
                } else {
                    (pair.z, pair.w) = (corner.x, corner.y);
                }
            }
            bounds = Vec4::new(own.low.x, own.low.y, own.high.x, own.high.y);
            pit = Vec4::new(own.floor, own.corners.len() as f32, 0.0, 0.0);
        }
        let earth = bevy::math::Vec3::from_array(theme.earth.linear()).extend(1.0);
        CutUniform { plane: Vec4::new(near.x, near.y, at, at_pit), bounds, pit, earth, corners }
    }
}

#[cfg(test)]
mod tests {
    use bevy::math::{DVec2, Vec3};

    use super::super::{Dig, SectionPlane};
    use super::*;
    use crate::theme::ThemeChoice;

    fn cut() -> SceneCut {
        let ground = Ground::flat(DVec2::ZERO, DVec2::splat(1000.0), 5.0);
        let cut = Cut {
            // Seen from the south: what is south of 500 m goes.
            section: SectionPlane::facing(DVec2::new(0.0, 500.0), DVec2::new(900.0, 500.0), DVec2::ZERO),
            dig: Dig::new(&[DVec2::new(100.0, 700.0), DVec2::new(110.0, 700.0), DVec2::new(110.0, 708.0)]),
            pipe_factor: 1.0,
        };
        SceneCut::new(&cut, &ground, &SceneOrigin::near(500.0, 500.0, 5.0), false)
    }

    /// A box of 20 m around a place.
    fn around(x: f64, y: f64) -> Aabb {
        let middle = SceneOrigin::near(500.0, 500.0, 5.0).scene_from_park(x, y, 5.0);
        Aabb::from_min_max(middle - Vec3::splat(10.0), middle + Vec3::splat(10.0))
    }

    #[test]
    fn tiles_before_the_plane_go_those_across_it_are_cut_and_the_others_cost_nothing() {
        let cut = cut();
        let met = |layer, x, y| cut.meets(layer, &around(x, y));
        for layer in Layer::ALL.into_iter().filter(|l| !matches!(l, Layer::Sky | Layer::Cap)) {
            assert_eq!(met(layer, 300.0, 300.0), Meets::Gone, "{layer:?}");
        }
        assert_eq!(met(Layer::Building, 300.0, 505.0), Meets::Touched);
        assert_eq!(met(Layer::Building, 300.0, 650.0), Meets::Untouched);
        assert_eq!(met(Layer::Sky, 300.0, 300.0), Meets::Untouched);
    }

    #[test]
    fn a_pit_opens_the_ground_and_shows_pipes_there_alone() {
        let cut = cut();
        let met = |layer, x, y| cut.meets(layer, &around(x, y));
        assert_eq!([met(Layer::Terrain, 105.0, 702.0), met(Layer::Road, 105.0, 702.0)], [Meets::Touched; 2]);
        assert_eq!(met(Layer::Building, 105.0, 702.0), Meets::Untouched, "what stands on it stays whole");
        assert_eq!([met(Layer::Pipe, 105.0, 702.0), met(Layer::Pipe, 600.0, 702.0)], [Meets::Touched, Meets::Gone]);
        let everywhere = SceneCut { underground: true, ..cut };
        assert_eq!(everywhere.meets(Layer::Pipe, &around(600.0, 702.0)), Meets::Untouched);
    }

    #[test]
    fn the_uniform_says_where_plane_and_pit_are() {
        let theme = Theme::of(ThemeChoice::Daylight);
        let uniform = cut().uniform(&theme, Layer::Terrain);
        // South is +z in the scene, and the plane runs through the origin.
        assert!((uniform.plane - Vec4::new(0.0, 1.0, 0.0, 1.0)).length() < 1e-6, "{:?}", uniform.plane);
        assert_eq!(uniform.bounds, Vec4::new(-400.0, -208.0, -390.0, -200.0));
        assert_eq!((uniform.pit.x, uniform.pit.y), (-3.0, 3.0));
        assert_eq!(uniform.corners[0], Vec4::new(-400.0, -200.0, -390.0, -200.0));
        assert_eq!(uniform.corners[1], Vec4::new(-390.0, -208.0, 0.0, 0.0));
        let nothing = SceneCut::nothing().uniform(&theme, Layer::Terrain);
        assert!(nothing.plane.z > 0.0 && nothing.bounds.x > nothing.bounds.z);
    }
}
