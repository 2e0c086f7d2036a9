// Shared by every pass: the view, the per-feature styles, the light and the haze.
//
// Positions arrive in scene metres (east +X, up +Y, north -Z). `View` repeats the first fields of Bevy's view
// uniform in Bevy's order; the rest of that uniform is not read here.

struct View {
    clip_from_world: mat4x4<f32>,
    unjittered_clip_from_world: mat4x4<f32>,
    world_from_clip: mat4x4<f32>,
    world_from_view: mat4x4<f32>,
    view_from_world: mat4x4<f32>,
    clip_from_view: mat4x4<f32>,
    view_from_clip: mat4x4<f32>,
    world_position: vec3<f32>,
    exposure: f32,
    // Corner and size, px, of the picture that is seen.
    viewport: vec4<f32>,
    // Corner and size, px, of what is drawn of it: smaller while it is drawn coarse.
    main_pass_viewport: vec4<f32>,
}

// One entry per feature slot; colours are sRGB bytes, alpha in the top byte.
struct Style {
    fill: u32,
    line: u32,
    // Bits 0-7 pattern, bit 8 visible, bit 9 hovered, bit 10 selected, bit 11 outlined, bits 16-23 pattern of the outline.
    bits: u32,
    // Factor on the height above the foot.
    height: f32,
}

struct Scene {
    // xyz towards the sun, w how strongly shade darkens.
    sun: vec4<f32>,
    // Linear colour multiplied into shade, w how far the foot of walls darkens.
    shade: vec4<f32>,
    // Linear colour of sky and haze at the horizon, w height of the ground, m.
    horizon: vec4<f32>,
    // Linear colour of the sky overhead, w contrast of storey lines.
    zenith: vec4<f32>,
    // Linear colour of hover and selection, w factor on pixel sizes.
    accent: vec4<f32>,
    // Linear colour of cast shadow, w exaggeration of the terrain's relief in its shading.
    shadow: vec4<f32>,
    // x pull towards the eye as a share of the distance, y opacity, z width or smallest size in px, w extra of the pass.
    layer: vec4<f32>,
    // xy scene x and z of the photo's north-western corner, zw one over its width and height, m.
    photo: vec4<f32>,
    // xy px of the picture left of and above what the view shows of it: more than none where it is drawn in pieces.
    piece: vec4<f32>,
}

// What is taken away to look inside: the near side of a section plane, the ground within a pit.
struct Cut {
    // xy horizontal unit vector (scene x and z) towards the side that is taken away, z how far along it the plane is,
    // w what the pass does at the pit: 0 nothing, 1 leaves it open, 2 is drawn nowhere else.
    plane: vec4<f32>,
    // Box around the pit: xy lowest, zw highest scene x and z; lowest over highest where there is no pit.
    bounds: vec4<f32>,
    // x scene height of the pit's floor, y number of its corners.
    pit: vec4<f32>,
    // Linear colour of earth that is laid bare.
    earth: vec4<f32>,
    // Corners of the pit, scene x and z, two in each.
    corners: array<vec4<f32>, 16>,
}

@group(0) @binding(0) var<uniform> view: View;
@group(3) @binding(0) var<storage, read> styles: array<Style>;
@group(3) @binding(1) var<uniform> scene: Scene;
// Only `fragment_cut` and the caps read it: a pass that nothing is taken from pays nothing.
@group(3) @binding(4) var<uniform> cut: Cut;

const VISIBLE: u32 = 0x100u;
const HOVERED: u32 = 0x200u;
const SELECTED: u32 = 0x400u;
const OUTLINED: u32 = 0x800u;
const THROUGH: u32 = 0x1000u;

struct VertexIn {
    @location(0) position: vec3<f32>,
    @location(1) slot: u32,
    @location(2) normal: vec4<f32>,
    @location(3) param: vec2<f32>,
}

// A clip position that every rasteriser drops.
const NOWHERE: vec4<f32> = vec4<f32>(0.0, 0.0, -1.0, 1.0);

fn srgb_to_linear(c: vec3<f32>) -> vec3<f32> {
    // Cubic fit of the sRGB curve, within 0.3 % where it matters and far cheaper than a power.
    return c * (c * (c * 0.305306011 + 0.682171111) + 0.012522878);
}

fn unpack_colour(packed: u32) -> vec4<f32> {
    let c = unpack4x8unorm(packed);
    return vec4<f32>(srgb_to_linear(c.rgb), c.a);
}

// Share of the accent colour that hover and selection lay over a fill.
fn tint_of(bits: u32) -> f32 {
    var tint = 0.0;
    if ((bits & SELECTED) != 0u) { tint = 0.2; }
    if ((bits & HOVERED) != 0u) { tint = 0.4; }
    return tint;
}

fn tinted(fill: vec4<f32>, bits: u32) -> vec4<f32> {
    let tint = tint_of(bits);
    return vec4<f32>(mix(fill.rgb, scene.accent.rgb, tint), max(fill.a, tint));
}

// Reversed depth is near / distance, so this factor pulls a layer towards the eye by a share of its distance:
// the gap between layers stays the same in pixels, however far the camera is.
// `more` orders what lies over what within one layer.
fn pulled(clip: vec4<f32>, more: f32) -> vec4<f32> {
    return vec4<f32>(clip.xy, clip.z * (1.0 + scene.layer.x + more), clip.w);
}

// How large a seen pixel is drawn, px: 1, or less while the picture is drawn coarse.
fn drawn_px() -> f32 {
    return view.main_pass_viewport.w / view.viewport.w;
}

// Where a fragment is seen, px of the picture.
fn seen_at(fragment: vec4<f32>) -> vec2<f32> {
    return scene.piece.xy + view.viewport.xy + (fragment.xy - view.main_pass_viewport.xy) / drawn_px();
}

// Metres covered by one pixel at clip depth `w`.
fn metres_per_px(w: f32) -> f32 {
    return 2.0 * w / (view.clip_from_view[1][1] * view.viewport.w);
}

// One sun: faces as bright as flat ground or brighter keep their colour, the others go cool and darker.
fn sunlit(normal: vec3<f32>) -> vec3<f32> {
    let facing = dot(normal, scene.sun.xyz) / max(scene.sun.y, 0.2);
    let amount = clamp(1.0 - facing, 0.0, 1.0) * scene.sun.w;
    let bright = 1.0 + 0.05 * clamp(facing - 1.0, 0.0, 1.0);
    return mix(vec3<f32>(1.0), scene.shade.rgb, amount) * bright;
}

// A corner of what stands on the ground: `param.x` is its height above the foot, `normal.w` is 1 on roofs.
struct Corner {
    clip: vec4<f32>,
    world: vec3<f32>,
    colour: vec4<f32>,
    bits: u32,
}

fn corner_of_solid(in: VertexIn) -> Corner {
    var corner: Corner;
    let style = styles[in.slot];
    let fill = tinted(unpack_colour(style.fill), style.bits);
    var world = in.position;
    world.y -= max(in.param.x, 0.0) * (1.0 - style.height);
    var colour = fill.rgb * sunlit(normalize(in.normal.xyz));
    if (in.normal.w < 0.5) { colour *= 0.87; }
    corner.world = world;
    corner.colour = vec4<f32>(colour, fill.a);
    corner.bits = style.bits;
    corner.clip = pulled(view.clip_from_world * vec4<f32>(world, 1.0), 0.0);
    if ((style.bits & VISIBLE) == 0u) { corner.clip = NOWHERE; }
    return corner;
}

// Darker towards the foot, where ground and wall shade each other.
fn shade_at_foot(height: f32) -> f32 {
    return mix(1.0 - scene.shade.w, 1.0, smoothstep(0.0, 5.0, height));
}

// Towards the horizon everything takes the colour of the air. Distances scale with the eye's height, so that a
// large park seen from high up is no foggier than a small one.
fn hazed(colour: vec3<f32>, world: vec3<f32>) -> vec3<f32> {
    let height = max(view.world_position.y - scene.horizon.w, 200.0);
    let away = distance(view.world_position, world);
    let t = smoothstep(2.2 * height, 15.0 * height, away);
    return mix(colour, scene.horizon.rgb, t);
}

fn stripe(at: f32, period: f32, width: f32) -> f32 {
    let from_middle = abs(fract(at / period) - 0.5) * period;
    return 1.0 - smoothstep(width * 0.5 - 0.5, width * 0.5 + 0.5, from_middle);
}

// The second sign beside colour, in screen space so that it reads the same at any distance: 1 hatch, 2 cross-hatch, 3 dots.
fn patterned(colour: vec3<f32>, bits: u32, px: vec2<f32>) -> vec3<f32> {
    let pattern = bits & 0xffu;
    if (pattern == 0u) { return colour; }
    let period = 7.0 * max(scene.accent.w, 0.6);
    var ink = 0.0;
    if (pattern == 3u) {
        let cell = (fract(px / period) - 0.5) * period;
        ink = 1.0 - smoothstep(period * 0.22, period * 0.22 + 1.0, length(cell));
    } else {
        let width = max(1.5 * scene.accent.w, 1.0);
        ink = stripe((px.x + px.y) * 0.70711, period, width);
        if (pattern == 2u) { ink = max(ink, stripe((px.x - px.y) * 0.70711, period, width)); }
    }
    return mix(colour, colour * 0.42, ink);
}

fn corner_of_pit(at: u32) -> vec2<f32> {
    let pair = cut.corners[at / 2u];
    return select(pair.xy, pair.zw, (at & 1u) == 1u);
}

// Even-odd over the corners; most fragments are outside of the box and go round none. No condition here and in `is_cut` hangs on
// uniforms alone: the software driver compiles a pass anew, for good, whenever such a one may have changed.
fn in_pit(at: vec2<f32>) -> bool {
    let boxed = all(at >= cut.bounds.xy) && all(at <= cut.bounds.zw);
    let count = select(0u, u32(cut.pit.y), boxed);
    var inside = false;
    var before = corner_of_pit(max(count, 1u) - 1u);
    for (var i = 0u; i < count; i += 1u) {
        let here = corner_of_pit(i);
        if ((before.y > at.y) != (here.y > at.y)) {
            if (at.x < (here.x - before.x) * (at.y - before.y) / (here.y - before.y) + before.x) { inside = !inside; }
        }
        before = here;
    }
    return inside;
}

fn is_cut(world: vec3<f32>) -> bool {
    let off = dot(cut.plane.xy, world.xz) - cut.plane.z;
    // A pixel more than to the plane: the face of the cut lies over it, and no gap shows between the two.
    if (off > fwidth(off)) { return true; }
    return (cut.plane.w != 0.0) & (in_pit(world.xz) == (cut.plane.w == 1.0));
}
