//! People and vehicles on the map: one mesh of small figures for each, and a buffer with the place and look of every one, written anew
//! as the clock goes.

use analysis::emergency::drill::{DrillTrace, Stay};
use analysis::overlay::Pattern;
use bevy::asset::{RenderAssetUsages, uuid_handle};
use bevy::camera::visibility::NoFrustumCulling;
use bevy::math::DVec2;
use bevy::mesh::MeshVertexBufferLayoutRef;
use bevy::pbr::{MaterialPipeline, MaterialPipelineKey};
use bevy::prelude::*;
use bevy::render::render_resource::{AsBindGroup, Face, RenderPipelineDescriptor, SpecializedMeshPipelineError};
use bevy::render::storage::ShaderBuffer;
use bevy::shader::{Shader, ShaderRef};
use shaders::bits;

use super::overlay::look;
use super::persons::Shown;
use super::{DrillRoom, Played, Session, played_on};
use crate::material::{ATTRIBUTE_NORMAL, ATTRIBUTE_PARAM, ATTRIBUTE_SLOT, SceneUniform};
use crate::mesh::{Layer, TileMesh, Vertex};
use crate::scene::{Meshed, SceneGeometry, Twin, mesh_of};
use crate::split::Side;
use crate::style::pattern_number;
use crate::theme::{Rgb, ThemeChoice, alert};

const CROWD: Handle<Shader> = uuid_handle!("9d3f1c52-6b0e-4f7a-8f3e-0d6c0c1a5e09");
/// Smallest height on screen, theme pixels: of a person and of a vehicle.
const LEAST_PX: [f32; 2] = [5.5, 15.0];
/// Height of a person and of an engine, m.
const HEIGHT_M: [f32; 2] = [1.75, 3.2];
/// Bytes of one figure: two entries of the style buffer.
pub(super) const BYTES: usize = 32;
/// People keep to the middle of a way by so much, m.
const HALF_WAY_M: f32 = 1.8;
/// Room that a person takes at a place of assembly, m.
const STANDS_M: f32 = 0.9;

/// How figures are drawn.
#[derive(Asset, TypePath, AsBindGroup, Debug, Clone)]
pub(crate) struct CrowdMaterial {
    /// Two entries for every figure: its look, and its place.
    #[storage(0, read_only)]
    figures: Handle<ShaderBuffer>,
    #[uniform(1)]
    scene: SceneUniform,
}

impl Material for CrowdMaterial {
    fn vertex_shader() -> ShaderRef {
        ShaderRef::Handle(CROWD)
    }

    fn fragment_shader() -> ShaderRef {
        ShaderRef::Handle(CROWD)
    }

    fn enable_prepass() -> bool {
        false
    }

    fn enable_shadows() -> bool {
        false
    }

    fn specialize(
        _: &MaterialPipeline,
        descriptor: &mut RenderPipelineDescriptor,
        layout: &MeshVertexBufferLayoutRef,
        _: MaterialPipelineKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        descriptor.label = Some("twin crowd".into());
        descriptor.vertex.entry_point = Some("vertex".into());
        descriptor.vertex.buffers = vec![layout.0.get_layout(&[
            Mesh::ATTRIBUTE_POSITION.at_shader_location(0),
            ATTRIBUTE_SLOT.at_shader_location(1),
            ATTRIBUTE_NORMAL.at_shader_location(2),
            ATTRIBUTE_PARAM.at_shader_location(3),
        ])?];
        if let Some(fragment) = &mut descriptor.fragment {
            fragment.entry_point = Some("fragment".into());
        }
        descriptor.primitive.cull_mode = Some(Face::Back);
        Ok(())
    }
}

pub(super) fn plugin(app: &mut App) {
    app.add_plugins(MaterialPlugin::<CrowdMaterial>::default());
    let mut sources = app.world_mut().resource_mut::<Assets<Shader>>();
    let source = shaders::CROWD;
    if let Err(error) = sources.insert(&CROWD, Shader::from_wgsl(source.wgsl, source.name)) {
        tracing::error!("shader {} could not be registered: {error}", source.name);
    }
}

/// Marks what is drawn of a drill.
#[derive(Component, Debug)]
pub(super) struct Figure;

/// What is on the device for a side.
#[derive(Debug)]
pub(super) struct Drawn {
    /// The run, and the people of single buildings who are shown besides, by their places in memory.
    played: [usize; 2],
    entities: [Entity; 2],
    buffers: [Handle<ShaderBuffer>; 2],
    materials: [Handle<CrowdMaterial>; 2],
    /// How many came to his place before each person.
    ranks: Vec<u32>,
    /// What the buffers and the material were written for.
    written: Option<(u64, ThemeChoice, u32, usize)>,
}

/// Puts figures on the map and writes where they are.
#[expect(clippy::too_many_arguments, reason = "a system takes what it reads")]
pub(super) fn draw(
    room: Res<DrillRoom>,
    twin: Res<Twin>,
    meshed: Option<Res<Meshed>>,
    mut drawn: Local<[Option<Drawn>; 2]>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut buffers: ResMut<Assets<ShaderBuffer>>,
    mut materials: ResMut<Assets<CrowdMaterial>>,
    mut commands: Commands,
) {
    let Some(meshed) = meshed else { return };
    for (side, slot) in [Side::Left, Side::Right].into_iter().zip(drawn.iter_mut()) {
        let shows = side == Side::Left || twin.right.is_some();
        // Where the picture is split and there is no branch, both sides show the drill.
        let session = room.session.as_ref().filter(|_| shows);
        let played = session.and_then(|session| on_side(session, side, &twin));
        let (Some(session), Some(played)) = (session, played) else {
            if let Some(gone) = slot.take() {
                gone.entities.into_iter().for_each(|entity| commands.entity(entity).despawn());
            }
            continue;
        };
        let followed = followed(session, played);
        let address = [std::sync::Arc::as_ptr(played).addr(), followed.map_or(0, |of| std::ptr::from_ref(of).addr())];
        if slot.as_ref().is_none_or(|drawn| drawn.played != address) {
            if let Some(gone) = slot.take() {
                gone.entities.into_iter().for_each(|entity| commands.entity(entity).despawn());
            }
            *slot = Some(begin(
                side,
                (&played.trace, followed),
                address,
                &twin,
                &meshed.geometry,
                &mut meshes,
                &mut buffers,
                &mut materials,
                &mut commands,
            ));
        }
        let Some(drawn) = slot else { continue };
        let origin = std::ptr::from_ref::<SceneGeometry>(&meshed.geometry).addr();
        let now = (session.now_s.to_bits(), twin.theme, twin.px_factor.to_bits(), origin);
        if drawn.written == Some(now) {
            continue;
        }
        if drawn.written.is_none_or(|before| (before.1, before.2, before.3) != (now.1, now.2, now.3)) {
            for (at, handle) in drawn.materials.iter().enumerate() {
                if let Some(mut material) = materials.get_mut(handle) {
                    material.scene = uniform(&twin, &meshed.geometry, at);
                }
            }
        }
        drawn.written = Some(now);
        let bytes = [
            people((&played.trace, followed), &drawn.ranks, session.now_s, &meshed.geometry),
            vehicles(&played.trace, session.now_s, &meshed.geometry),
        ];
        for (handle, bytes) in drawn.buffers.iter().zip(bytes) {
            if let Some(mut buffer) = buffers.get_mut(handle) {
                buffer.data = Some(bytes);
            }
        }
    }
}

/// The run that a side shows.
pub(crate) fn on_side<'a>(session: &'a Session, side: Side, twin: &Twin) -> Option<&'a std::sync::Arc<Played>> {
    match side {
        Side::Right if super::overlay::is_beside(twin) => played_on(session, Side::Right),
        _ => played_on(session, Side::Left),
    }
}

/// People of single buildings who are followed beside a run: the drill's own, not those of its branch.
fn followed<'a>(session: &'a Session, played: &Played) -> Option<&'a Shown> {
    let drill = session.strand.played().is_some_and(|own| std::ptr::eq(std::sync::Arc::as_ptr(own), played));
    session.persons.shown().filter(|_| drill).map(std::convert::AsRef::as_ref)
}

fn uniform(twin: &Twin, geometry: &SceneGeometry, of: usize) -> SceneUniform {
    SceneUniform::new(&twin.theme(), Layer::Building, false, geometry.ground_y(), twin.px_factor)
        .with_sun(twin.light())
        .with_least_px(LEAST_PX[of])
}

#[expect(clippy::too_many_arguments, reason = "what is on the device comes from all of these")]
fn begin(
    side: Side,
    (trace, followed): (&DrillTrace, Option<&Shown>),
    played: [usize; 2],
    twin: &Twin,
    geometry: &SceneGeometry,
    meshes: &mut Assets<Mesh>,
    buffers: &mut Assets<ShaderBuffer>,
    materials: &mut Assets<CrowdMaterial>,
    commands: &mut Commands,
) -> Drawn {
    let persons = trace.people.len() + followed.map_or(0, Shown::persons);
    let counts = [persons.max(1), trace.drives.len().max(1)];
    let tiles = [figures(counts[0], person), figures(counts[1], engine)];
    let usage = RenderAssetUsages::RENDER_WORLD | RenderAssetUsages::MAIN_WORLD;
    let handles = counts.map(|count| buffers.add(ShaderBuffer::new(&vec![0; count * BYTES], usage)));
    let mut at = 0;
    let made = handles.clone().map(|figures| {
        at += 1;
        materials.add(CrowdMaterial { figures, scene: uniform(twin, geometry, at - 1) })
    });
    let mut spawn = |tile: TileMesh, material: &Handle<CrowdMaterial>| {
        let mesh = Mesh3d(meshes.add(mesh_of(tile)));
        commands.spawn((mesh, MeshMaterial3d(material.clone()), NoFrustumCulling, side.layers(), Figure)).id()
    };
    let [people, engines] = tiles;
    let entities = [spawn(people, &made[0]), spawn(engines, &made[1])];
    Drawn { played, entities, buffers: handles, materials: made, ranks: ranks(trace), written: None }
}

/// A mesh of many alike, each with its number as its slot.
fn figures(count: usize, one: fn(&mut TileMesh, u32)) -> TileMesh {
    let mut tile = TileMesh::new(Layer::Building);
    for slot in 0..count as u32 {
        one(&mut tile, slot);
    }
    tile
}

/// A prism with `sides` sides between two heights, closed on top. `part` is told to the shader.
fn prism(tile: &mut TileMesh, slot: u32, sides: usize, (low, high): (f32, f32), radii: (f32, f32), part: f32) {
    let at = |k: usize, radius: f32, y: f32| {
        let turn = std::f32::consts::TAU * k as f32 / sides as f32;
        (Vec3::new(turn.cos() * radius, y, turn.sin() * radius), Vec3::new(turn.cos(), 0.25, turn.sin()).normalize())
    };
    let mut ring = |radius: f32, y: f32| -> Vec<u32> {
        (0..sides)
            .map(|k| {
                let (position, normal) = at(k, radius, y);
                tile.vertex(Vertex { position, slot, normal, mark: 0.0, param: [part, 0.0] })
            })
            .collect()
    };
    let (foot, top) = (ring(radii.0, low), ring(radii.1, high));
    for k in 0..sides {
        let next = (k + 1) % sides;
        tile.quad(foot[next], foot[k], top[k], top[next]);
    }
    for k in 1..sides - 1 {
        tile.triangle(top[0], top[k + 1], top[k]);
    }
}

/// A person: a body and a head, 1.75 m high.
fn person(tile: &mut TileMesh, slot: u32) {
    prism(tile, slot, 4, (0.0, 1.35), (0.20, 0.34), 0.0);
    prism(tile, slot, 4, (1.38, 1.75), (0.20, 0.16), 1.0);
}

/// A fire engine: a box with its cab ahead.
fn engine(tile: &mut TileMesh, slot: u32) {
    let mut block = |x: (f32, f32), y: (f32, f32), half: f32, part: f32| {
        let faces = [
            ([(x.0, y.1, half), (x.1, y.1, half), (x.1, y.1, -half), (x.0, y.1, -half)], Vec3::Y),
            ([(x.0, y.0, half), (x.1, y.0, half), (x.1, y.1, half), (x.0, y.1, half)], Vec3::Z),
            ([(x.1, y.0, -half), (x.0, y.0, -half), (x.0, y.1, -half), (x.1, y.1, -half)], Vec3::NEG_Z),
            ([(x.1, y.0, half), (x.1, y.0, -half), (x.1, y.1, -half), (x.1, y.1, half)], Vec3::X),
            ([(x.0, y.0, -half), (x.0, y.0, half), (x.0, y.1, half), (x.0, y.1, -half)], Vec3::NEG_X),
        ];
        for (corners, normal) in faces {
            let [a, b, c, d] = corners.map(|(px, py, pz)| {
                let position = Vec3::new(px, py, pz);
                tile.vertex(Vertex { position, slot, normal, mark: 0.0, param: [part, 0.0] })
            });
            tile.quad(a, b, c, d);
        }
    };
    block((-4.2, 2.0), (0.5, 3.2), 1.25, 0.0);
    block((2.1, 4.2), (0.5, 2.7), 1.25, 1.0);
    // Wheels and frame.
    block((-4.0, 4.0), (0.0, 0.6), 1.1, 2.0);
}

/// One figure as the shader reads it: the colour of its class, and the class's pattern, which the head shows. `more` are bits of its look.
fn push(
    out: &mut Vec<u8>,
    (colour, pattern): (Rgb, Pattern),
    more: u32,
    height_m: f32,
    grown: f32,
    foot: Vec3,
    turn: f32,
) {
    out.extend(colour.packed(1.0).to_le_bytes());
    out.extend(height_m.to_bits().to_le_bytes());
    out.extend((bits::VISIBLE | more | pattern_number(pattern)).to_le_bytes());
    out.extend(grown.to_le_bytes());
    out.extend(foot.x.to_le_bytes());
    out.extend(foot.y.to_le_bytes());
    out.extend(foot.z.to_le_bytes());
    out.extend(turn.to_le_bytes());
}

/// Two numbers between −1 and 1 that are always the same for a number.
fn scatter(number: u32) -> [f32; 2] {
    let mut z = u64::from(number).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z ^= z >> 27;
    let part = |bits: u64| (bits & 0xffff) as f32 / 32_767.5 - 1.0;
    [part(z), part(z >> 16)]
}

/// How many came to his place before each person: nobody is pushed aside by who comes later.
pub(super) fn ranks(trace: &DrillTrace) -> Vec<u32> {
    let mut arrived: Vec<([u32; 2], f32, usize)> = trace
        .people
        .iter()
        .enumerate()
        .filter_map(|(person, track)| {
            let last = track.keys.last().filter(|key| key.stay == Stay::Arrived)?;
            Some((last.place_m.map(f32::to_bits), last.at_s, person))
        })
        .collect();
    arrived.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
    let mut ranks = vec![0; trace.people.len()];
    let (mut place, mut rank) = (None, 0);
    for (at, _, person) in arrived {
        rank = if place == Some(at) { rank + 1 } else { 1 };
        place = Some(at);
        ranks[person] = rank;
    }
    ranks
}

pub(super) fn people(
    (trace, followed): (&DrillTrace, Option<&Shown>),
    ranks: &[u32],
    now_s: f64,
    geometry: &SceneGeometry,
) -> Vec<u8> {
    let persons = trace.people.len() + followed.map_or(0, Shown::persons);
    let mut out = Vec::with_capacity(persons.max(1) * BYTES);
    let in_danger = trace.in_danger(now_s);
    for (number, track) in trace.people.iter().enumerate() {
        let number = number as u32;
        let spot = track.at(now_s as f32);
        if spot.stay == Stay::Inside {
            out.extend([0; BYTES]);
            continue;
        }
        let danger = in_danger.binary_search(&number).is_ok();
        let (look, grown) = match spot.stay {
            Stay::Arrived => (look::OUT, 1.0),
            Stay::CutOff => (look::CUT_OFF, 1.3),
            _ if danger => (look::IN_DANGER, 1.4),
            _ => (look::WALKING, 1.0),
        };
        let [sideways, along] = scatter(number);
        let [hx, hy] = spot.heading;
        let shift = match spot.stay {
            Stay::Arrived => {
                // The sunflower's spiral: even room for everyone.
                let rank = ranks[number as usize] as f32;
                let turn = rank * 2.399_963;
                let radius = STANDS_M * rank.sqrt();
                [turn.cos() * radius, turn.sin() * radius]
            }
            // Beside each other on a way, and in a knot where they wait.
            Stay::Walks => [-hy * sideways * HALF_WAY_M + hx * along, hx * sideways * HALF_WAY_M + hy * along],
            _ => [sideways * 2.5, along * 2.5],
        };
        let place = DVec2::new(
            trace.origin_m[0] + f64::from(spot.place_m[0] + shift[0]),
            trace.origin_m[1] + f64::from(spot.place_m[1] + shift[1]),
        );
        let foot = geometry.origin.scene_from_park(place.x, place.y, geometry.ground.height(place));
        let turn = if spot.heading == [0.0; 2] { sideways * 3.1 } else { hy.atan2(hx) };
        push(&mut out, look, 0, HEIGHT_M[0], grown, foot, turn);
    }
    for one in followed.into_iter().flat_map(|shown| shown.at(now_s)) {
        let Some(([x, y], [east, north])) = one else {
            out.extend([0; BYTES]);
            continue;
        };
        let foot = geometry.origin.scene_from_park(x, y, geometry.ground.height(DVec2::new(x, y)));
        push(&mut out, look::INSIDE, bits::THROUGH, HEIGHT_M[0], 1.0, foot, north.atan2(east) as f32);
    }
    if out.is_empty() {
        out.extend([0; BYTES]);
    }
    out
}

fn vehicles(trace: &DrillTrace, now_s: f64, geometry: &SceneGeometry) -> Vec<u8> {
    let mut out = Vec::with_capacity(trace.drives.len().max(1) * BYTES);
    for drive in &trace.drives {
        match drive.at(now_s) {
            Some(([x, y], [hx, hy])) => {
                let place = DVec2::new(x, y);
                let foot = geometry.origin.scene_from_park(x, y, geometry.ground.height(place));
                let look = (alert::DANGER, Pattern::Solid);
                push(&mut out, look, 0, HEIGHT_M[1], 1.0, foot, (hy as f32).atan2(hx as f32));
            }
            None => out.extend([0; BYTES]),
        }
    }
    if out.is_empty() {
        out.extend([0; BYTES]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_a_few_triangles_that_face_outwards() {
        let tile = figures(3, person);
        assert_eq!(tile.triangles(), 3 * 2 * 10);
        assert_eq!(tile.slots.iter().max(), Some(&2));
        for [a, b, c] in figures(1, person).triangle_corners() {
            let out = (b - a).cross(c - a);
            let middle = (a + b + c) / 3.0;
            let axis = Vec3::new(0.0, middle.y - 0.05, 0.0);
            assert!(out.dot(middle - axis) > 0.0, "{a} {b} {c}");
        }
        for [a, b, c] in figures(1, engine).triangle_corners() {
            assert!((b - a).cross(c - a).length() > 0.0);
        }
    }

    #[test]
    fn scattered_people_stay_within_a_step_and_are_not_all_alike() {
        let all: Vec<[f32; 2]> = (0..1000).map(scatter).collect();
        assert!(all.iter().flatten().all(|part| part.abs() <= 1.0));
        let mean = all.iter().map(|at| at[0]).sum::<f32>() / 1000.0;
        assert!(mean.abs() < 0.1, "{mean}");
        assert_eq!(scatter(7), scatter(7));
    }
}
