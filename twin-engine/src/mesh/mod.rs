//! From park geometry to triangles: pure functions, no Bevy entity and no GPU in sight.
//!
//! Everything is built against one [`Ground`], so that what lies on the ground lies on exactly the triangles that are
//! drawn. Colours are not here: a vertex only carries its feature's slot.

mod block;
mod building;
mod drape;
mod facade;
mod ground;
mod outline;
mod polygon;
mod relief;
mod ribbon;
mod shadow;
mod solid;
mod terrain;
mod tile;
mod tube;

pub use block::{BlockWalls, area_block, building_block};
pub use building::{BuildingShape, Edges, Stand, building_edges, building_walls_and_roof};
pub use drape::{drape_polygon, drape_triangles, spread_polygon};
pub use facade::{FacadeModel, facade_edges, facade_faces};
pub use ground::Ground;
pub use outline::{drape_outline, drape_path};
pub use polygon::{Triangles, cleaned_ring, triangulate};
pub use ribbon::{road_line, road_ribbon};
pub use shadow::{block_shadow, building_shadow};
pub use solid::{cylinder, post, sphere};
pub use terrain::terrain_tiles;
pub use tile::{Layer, TileMesh, Vertex};
pub use tube::tube;
