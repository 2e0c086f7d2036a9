//! A tile: vertices and indices of many features that share a pass. How it is uploaded is left to `scene`.

use bevy::math::Vec3;

/// A pass of the picture, from the ground up. The order is the drawing order of what is translucent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layer {
    /// Behind everything.
    Sky,
    /// The ground.
    Terrain,
    /// Ground cover.
    Surface,
    /// Shore lines.
    SurfaceLine,
    /// Edge of carriageways.
    RoadCasing,
    /// Carriageways.
    Road,
    /// Zones of an overlay.
    Zone,
    /// Parcel fills.
    Parcel,
    /// Cast and contact shadow of buildings.
    Shadow,
    /// Parcel outlines.
    ParcelLine,
    /// Zone outlines.
    ZoneLine,
    /// Walls and roofs.
    Building,
    /// Edges of buildings.
    BuildingEdge,
    /// Pipes.
    Pipe,
    /// Manholes, valves, hydrants.
    Fitting,
    /// Tanks and other hazard sources.
    Hazard,
    /// Columns of an overlay.
    Pillar,
    /// What a cut lays bare.
    Cap,
}

impl Layer {
    /// All layers, from the ground up.
    pub const ALL: [Self; 18] = [
        Self::Sky,
        Self::Terrain,
        Self::Surface,
        Self::SurfaceLine,
        Self::RoadCasing,
        Self::Road,
        Self::Zone,
        Self::Parcel,
        Self::Shadow,
        Self::ParcelLine,
        Self::ZoneLine,
        Self::Building,
        Self::BuildingEdge,
        Self::Pipe,
        Self::Fitting,
        Self::Hazard,
        Self::Pillar,
        Self::Cap,
    ];

    /// Position in the drawing order.
    pub const fn order(self) -> u32 {
        self as u32
    }
}

/// One vertex, in scene metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Vertex {
    /// Position.
    pub position: Vec3,
    /// Slot of the feature in the style buffer.
    pub slot: u32,
    /// Direction, meaning depends on the pass.
    pub normal: Vec3,
    /// Fourth value beside the direction, -1..1.
    pub mark: f32,
    /// Two numbers, meaning depends on the pass.
    pub param: [f32; 2],
}

/// Triangles of one layer and place.
#[derive(Debug, Clone, PartialEq)]
pub struct TileMesh {
    /// Pass.
    pub layer: Layer,
    /// Buildings in it are blocks of a few pixels.
    pub blocks: bool,
    /// Positions, scene metres.
    pub positions: Vec<[f32; 3]>,
    /// Slots.
    pub slots: Vec<u32>,
    /// Directions and marks, 16-bit signed fractions.
    pub normals: Vec<[i16; 4]>,
    /// Parameters.
    pub params: Vec<[f32; 2]>,
    /// Triangles.
    pub indices: Vec<u32>,
    /// Lowest corner of the box around all positions.
    pub lowest: Vec3,
    /// Highest corner of that box.
    pub highest: Vec3,
}

impl TileMesh {
    /// An empty tile.
    pub fn new(layer: Layer) -> Self {
        Self {
            layer,
            blocks: false,
            positions: Vec::new(),
            slots: Vec::new(),
            normals: Vec::new(),
            params: Vec::new(),
            indices: Vec::new(),
            lowest: Vec3::INFINITY,
            highest: Vec3::NEG_INFINITY,
        }
    }

    /// Adds a vertex and returns its index.
    pub fn vertex(&mut self, v: Vertex) -> u32 {
        let index = self.positions.len() as u32;
        let fraction = |c: f32| (c.clamp(-1.0, 1.0) * 32_767.0).round() as i16;
        self.positions.push(v.position.to_array());
        self.slots.push(v.slot);
        self.normals.push([fraction(v.normal.x), fraction(v.normal.y), fraction(v.normal.z), fraction(v.mark)]);
        self.params.push(v.param);
        self.lowest = self.lowest.min(v.position);
        self.highest = self.highest.max(v.position);
        index
    }

    /// Adds a triangle, counter-clockwise seen from its front.
    pub fn triangle(&mut self, a: u32, b: u32, c: u32) {
        self.indices.extend([a, b, c]);
    }

    /// Adds two triangles for the corners `a b c d` in order.
    pub fn quad(&mut self, a: u32, b: u32, c: u32, d: u32) {
        self.indices.extend([a, b, c, a, c, d]);
    }

    /// True when there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// Number of triangles.
    pub fn triangles(&self) -> usize {
        self.indices.len() / 3
    }

    /// Position of vertex `index`.
    pub fn position(&self, index: u32) -> Vec3 {
        Vec3::from_array(self.positions[index as usize])
    }

    /// Direction of vertex `index`, as the GPU decodes it.
    pub fn normal(&self, index: u32) -> Vec3 {
        let [x, y, z, _] = self.normals[index as usize].map(|c| f32::from(c) / 32_767.0);
        Vec3::new(x, y, z)
    }

    /// Corner positions of every triangle.
    pub fn triangle_corners(&self) -> impl Iterator<Item = [Vec3; 3]> + '_ {
        self.indices.chunks_exact(3).map(|t| [self.position(t[0]), self.position(t[1]), self.position(t[2])])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_the_position_in_the_list() {
        for (index, layer) in Layer::ALL.into_iter().enumerate() {
            assert_eq!(layer.order() as usize, index);
        }
    }

    #[test]
    fn the_box_holds_every_vertex_and_normals_survive() {
        let mut tile = TileMesh::new(Layer::Building);
        let up = Vec3::new(0.6, 0.8, 0.0);
        for p in [Vec3::new(1.0, 2.0, 3.0), Vec3::new(-4.0, 0.0, 9.0), Vec3::ZERO] {
            tile.vertex(Vertex { position: p, slot: 7, normal: up, mark: 1.0, param: [0.0; 2] });
        }
        tile.triangle(0, 1, 2);
        assert_eq!((tile.lowest, tile.highest), (Vec3::new(-4.0, 0.0, 0.0), Vec3::new(1.0, 2.0, 9.0)));
        assert!(tile.normal(1).distance(up) < 1e-4);
        assert_eq!((tile.triangles(), tile.is_empty()), (1, false));
    }
}
